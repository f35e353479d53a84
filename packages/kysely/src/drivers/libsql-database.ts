import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { isSqliteBusy } from '../dialect/driver-errors.js'
import { KeptStatements } from './kept-statements.js'
import { rowsOf } from './read-named.js'
import { refuseReplica } from './refuse-replica.js'

/** The part of libsql's `Database` that {@link libsqlDatabase} uses. */
export interface LibsqlDatabase extends SqliteDatabase {
  exec(sql: string): unknown
}

/**
 * Makes a `libsql` database safe to share with other processes, and faster. Pass the result to Kysely's `SqliteDialect`.
 *
 * In libsql 0.5.29 and earlier, a write that fails because another connection is writing stays half-finished. Until the
 * garbage collector finds it, the connection cannot commit, and reads old data: it would still accept a key that another
 * process has revoked. This wrapper finishes such a statement at once.
 *
 * It also keeps up to 100 prepared statements, because Kysely prepares each time, and preparing takes longer than reading a
 * row by its key.
 *
 * @example
 * ```ts
 * const database = new Database('keys.db', { timeout: 5_000 }) // milliseconds that a write waits for another process
 * database.exec('pragma journal_mode = wal')
 * const db = new Kysely<object>({ dialect: new SqliteDialect({ database: libsqlDatabase(database) }) })
 * ```
 *
 * @throws {@link InvalidOptions} when the database is an embedded replica (`syncUrl`): it may not yet know which keys were revoked.
 * @see {@link https://github.com/tursodatabase/libsql-js/pull/238 | tursodatabase/libsql-js#238}
 */
export function libsqlDatabase(database: LibsqlDatabase): SqliteDatabase {
  refuseReplica(database)
  const kept = new KeptStatements()
  const prepare = (sql: string): SqliteStatement => {
    const statement = database.prepare(sql)
    const read = rowsOf(statement, sql)
    const endingOnError = <T>(parameters: readonly unknown[], run: () => T): T => {
      try {
        return run()
      } catch (error) {
        kept.drop(sql)
        if (isSqliteBusy(error) && !endsTransaction.test(sql)) end(database, statement, parameters)
        throw error
      }
    }
    return {
      reader: statement.reader,
      all: (parameters) => endingOnError(parameters, () => read(parameters)),
      run: (parameters) => endingOnError(parameters, () => statement.run(parameters)),
      // A reader may stop half-way or overlap with another of the same text, so each gets its own statement.
      iterate: (parameters) => database.prepare(sql).iterate(parameters),
    }
  }

  return {
    close: () => {
      kept.clear()
      database.close()
    },
    prepare: (sql) => kept.use(sql, prepare),
  }
}

// Run again, these could do what they reported as failed. They hold no lock.
const endsTransaction = /^\s*(commit|end|release|rollback)\b/i

/** Makes a half-finished statement fail for good: libsql has no other way to reset one. */
function end(database: LibsqlDatabase, statement: SqliteStatement, parameters: readonly unknown[]): void {
  // SQLite refuses a write under query_only before it does, or waits for, anything.
  database.exec('pragma query_only = on')
  try {
    statement.run(parameters)
  } catch {
    // The statement must fail.
  } finally {
    database.exec('pragma query_only = off')
  }
}
