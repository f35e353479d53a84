import { type Kysely, sql } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import { isSqliteBusy } from './driver-errors.js'

/**
 * Runs `work` while no other process runs its own under the same name. Where the engine can roll back table creation, it runs
 * in one transaction. If another process has the lock, this resolves to `null` at once, and `work` has not run: a statement
 * that waits for the lock would meet the host's time limits for statements.
 */
export type Exclusively = <T>(
  db: Kysely<KeyTables>,
  name: string,
  work: (db: Kysely<KeyTables>) => Promise<T>,
) => Promise<{ readonly result: T } | null>

/** The lock is that of the file. */
export const exclusivelyOnSqlite: Exclusively = async (db, _name, work) => {
  if (db.isTransaction) return { result: await work(db) }
  return db.connection().execute(async (connection) => {
    try {
      await sql`begin immediate`.execute(connection)
    } catch (error) {
      if (isSqliteBusy(error)) return null
      throw error
    }
    try {
      const result = await work(connection)
      await sql`commit`.execute(connection)
      return { result }
    } catch (error) {
      await sql`rollback`.execute(connection)
      throw error
    }
  })
}

/** The lock belongs to the transaction: a pooler may give each transaction another connection. */
export const exclusivelyOnPostgres: Exclusively = async (db, name, work) => {
  const run = async (trx: Kysely<KeyTables>) => {
    const lock = sql<{ isOurs: unknown }>`
      select case when pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) then 1 else 0 end as "isOurs"`
    const { rows } = await lock.execute(trx)
    return Number(rows[0]?.isOurs) === 1 ? { result: await work(trx) } : null
  }
  // Each statement must see what was committed before the lock was free.
  return db.isTransaction ? run(db) : db.transaction().setIsolationLevel('read committed').execute(run)
}

/** The lock belongs to the connection: a transaction would end whenever a table is created. */
export const exclusivelyOnMysql: Exclusively = (db, name, work) =>
  db.connection().execute(async (connection) => {
    // Locks belong to the whole server, and their names have 64 characters at most.
    const lock = sql`concat('keywright ', md5(concat_ws('.', database(), ${name})))`
    const { rows } = await sql<{ isOurs: unknown }>`select get_lock(${lock}, 0) as isOurs`.execute(connection)
    if (Number(rows[0]?.isOurs) !== 1) return null
    try {
      return { result: await work(connection) }
    } finally {
      // If the connection is gone, so is its lock.
      await sql`select release_lock(${lock})`.execute(connection).catch(() => {})
    }
  })
