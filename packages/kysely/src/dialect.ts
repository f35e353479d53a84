import { type InsertQueryBuilder, type Kysely, type RawBuilder, sql } from 'kysely'
import { isMysqlBusy, isPostgresBusy, isSqliteBusy } from './busy.js'
import { type KeyLookupBy, lookupInJson, lookupInList } from './key-lookup.js'

/** All in which the engines differ, for this store. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres' | 'mysql'
  /** The engine's clock at this moment, in milliseconds since 1970; not that of the transaction's beginning. */
  readonly now: RawBuilder<number>
  /** How keys are read that are verified. */
  readonly lookupBy: KeyLookupBy
  /** A text column that compares and sorts by bytes: ids differ by case. */
  text(length: number): RawBuilder<unknown>
  /** A text column for JSON, hashes and sealed tokens. */
  readonly longText: RawBuilder<unknown>
  /** Statements that make the audit table refuse updates, deletions, and inserts in place of a row (AUD-3). */
  appendOnly(auditTable: string): readonly RawBuilder<unknown>[]
  /** Where new tables go, if the engine has several schemas in one database: the migrator must not look into the others. */
  currentSchema(db: Kysely<unknown>): Promise<string | null>
  /** In which each statement sees what was committed before it, so that what is read behind a lock is no older than the lock. */
  readonly isolationLevel: 'read committed' | undefined
  /** Inserts a row, or leaves the one that is there. */
  orKeep<Q extends AnyInsert>(insert: Q, key: string): Q
  /** Inserts a row, or adds to a column of the one that is there. */
  orAdd<Q extends AnyInsert>(insert: Q, sum: Sum): Q
  /** Runs all steps of a migration alone; whole or not at all, where the engine can take back the making of tables. */
  exclusively<T>(db: Kysely<unknown>, work: (db: Kysely<unknown>) => Promise<T>): Promise<T>
  /** Whether an error says that another writer was in the way, and nothing was changed. */
  isBusy(error: unknown): boolean
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the table, only its conflict clause is added
type AnyInsert = InsertQueryBuilder<any, any, any>

/** What {@link Dialect.orAdd} adds up. */
interface Sum {
  readonly table: string
  /** The columns of the primary key. */
  readonly keys: readonly string[]
  readonly column: string
  readonly amount: number
}

// julianday counts whole milliseconds inside; rounding takes away what the division by a day adds.
const sqliteNow = sql<number>`cast(round((julianday('now') - 2440587.5) * 86400000) as integer)`
const postgresNow = sql<number>`cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint)`
const mysqlNow = sql<number>`timestampdiff(microsecond, '1970-01-01 00:00:00', utc_timestamp(3)) div 1000`

const sqlite: Dialect = {
  name: 'sqlite',
  now: sqliteNow,
  lookupBy: lookupInList(sqliteNow),
  text: (length) => sql.raw(`varchar(${length})`),
  longText: sql.raw('text'),
  appendOnly: (table) => {
    const refuse = (name: string, event: RawBuilder<unknown>) =>
      sql`create trigger ${sql.id(`${table}_${name}`)} before ${event}
          begin select raise(abort, 'the audit log is append-only'); end`
    const on = sql`on ${sql.table(table)}`
    const isThere = sql`select 1 from ${sql.table(table)} where organization_id = new.organization_id and seq = new.seq`
    return [
      refuse('no_update', sql`update ${on}`),
      refuse('no_delete', sql`delete ${on}`),
      // What "insert or replace" takes away, it takes without asking the trigger for deletions.
      refuse('no_replace', sql`insert ${on} when exists (${isThere})`),
    ]
  },
  currentSchema: async () => null,
  isolationLevel: undefined, // one writer at a time
  orKeep: onConflictKeep,
  orAdd: onConflictAdd,
  // Kysely's migrator takes no lock here, and makes no use of the engine's transactions.
  exclusively: (db, work) =>
    db.connection().execute(async (connection) => {
      await sql`begin immediate`.execute(connection)
      try {
        const result = await work(connection)
        await sql`commit`.execute(connection)
        return result
      } catch (error) {
        await sql`rollback`.execute(connection)
        throw error
      }
    }),
  isBusy: isSqliteBusy,
}

const postgres: Dialect = {
  name: 'postgres',
  now: postgresNow,
  lookupBy: lookupInJson(postgresNow, sql<boolean>`pg_is_in_recovery()`),
  text: (length) => sql.raw(`varchar(${length}) collate "C"`),
  longText: sql.raw('text'),
  appendOnly: (table) => [
    sql`create function ${sql.id(`${table}_append_only`)}() returns trigger language plpgsql as
        $$ begin raise exception 'the audit log is append-only'; end $$`,
    sql`create trigger ${sql.id(`${table}_no_change`)} before update or delete on ${sql.table(table)}
        for each row execute function ${sql.id(`${table}_append_only`)}()`,
    sql`create trigger ${sql.id(`${table}_no_truncate`)} before truncate on ${sql.table(table)}
        for each statement execute function ${sql.id(`${table}_append_only`)}()`,
  ],
  currentSchema: async (db) => {
    const { rows } = await sql<{ name: string | null }>`select current_schema() as name`.execute(db)
    return rows[0]?.name ?? null
  },
  isolationLevel: 'read committed',
  orKeep: onConflictKeep,
  orAdd: onConflictAdd,
  // Kysely's migrator takes a lock of its own, and runs all steps in one transaction.
  exclusively: (db, work) => work(db),
  isBusy: isPostgresBusy,
}

const mysql: Dialect = {
  name: 'mysql',
  now: mysqlNow,
  lookupBy: lookupInList(mysqlNow),
  text: (length) => sql.raw(`varchar(${length}) character set utf8mb4 collate utf8mb4_bin`),
  longText: sql.raw('longtext character set utf8mb4 collate utf8mb4_bin'),
  appendOnly: (table) =>
    ['update', 'delete'].map(
      (verb) =>
        sql`create trigger ${sql.id(`${table}_no_${verb}`)} before ${sql.raw(verb)} on ${sql.table(table)}
            for each row signal sqlstate '45000' set message_text = 'the audit log is append-only'`,
    ),
  currentSchema: async () => null, // a schema is a database
  isolationLevel: 'read committed',
  // Not "insert ignore", which passes over other faults as well.
  orKeep: (insert, key) => insert.onDuplicateKeyUpdate({ [key]: sql.ref(key) }) as typeof insert,
  orAdd: (insert, { column, amount }) =>
    insert.onDuplicateKeyUpdate({ [column]: sql`${sql.ref(column)} + ${amount}` }) as typeof insert,
  // The migrator's own lock, by name: MySQL ends a transaction at each making of a table.
  exclusively: (db, work) => work(db),
  isBusy: isMysqlBusy,
}

function onConflictKeep<Q extends AnyInsert>(insert: Q, key: string): Q {
  return insert.onConflict((conflict) => conflict.column(key).doNothing()) as Q // the same builder with one clause more
}

function onConflictAdd<Q extends AnyInsert>(insert: Q, { table, keys, column, amount }: Sum): Q {
  // With its table, for PostgreSQL knows the new row's column as well.
  const sum = sql`${sql.ref(`${table}.${column}`)} + ${amount}`
  return insert.onConflict((conflict) => conflict.columns([...keys]).doUpdateSet({ [column]: sum })) as Q
}

const dialects: Readonly<Record<string, Dialect>> = {
  SqliteAdapter: sqlite,
  PostgresAdapter: postgres,
  MysqlAdapter: mysql,
}

/**
 * Finds out which engine a Kysely instance talks to.
 *
 * @throws TypeError for an engine that this store does not know.
 */
export function dialectOf(db: Pick<Kysely<unknown>, 'getExecutor'>): Dialect {
  const adapter = db.getExecutor().adapter.constructor.name
  const dialect = Object.hasOwn(dialects, adapter) ? dialects[adapter] : undefined
  if (dialect === undefined) throw new TypeError(`kyselyStore does not know the dialect of ${adapter}`)
  return dialect
}
