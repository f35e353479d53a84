import { type InsertQueryBuilder, type Kysely, type RawBuilder, sql } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import { type DialectName, quotedTable, withoutSchema } from '../tables/table-names.js'
import type { BusyErrors } from '../transactions/retry-when-busy.js'
import {
  isMysqlBusy,
  isMysqlConflict,
  isMysqlDenied,
  isPostgresBusy,
  isPostgresConflict,
  isPostgresDenied,
  isSqliteBusy,
} from './driver-errors.js'
import { type InsertRows, insertJson, insertValues } from './insert-rows.js'
import { type KeyLookupBy, lookupBesideServer, lookupInFile, lookupInJson } from './key-lookup.js'
import { type Exclusively, exclusivelyOnMysql, exclusivelyOnPostgres, exclusivelyOnSqlite } from './migration-lock.js'
import { type LoadGuard, loadMysqlGuard, loadPostgresGuard, noGuard } from './server-guard.js'

/** The differences between the engines that this store has to know. */
export interface Dialect extends BusyErrors {
  readonly name: DialectName
  /** The engine's clock at this moment, in milliseconds since 1970, not at the start of the transaction. */
  readonly now: RawBuilder<number>
  /** How a verification reads keys. */
  readonly lookupBy: KeyLookupBy
  /** What to ask the servers behind a database with each read. */
  readonly loadGuard: LoadGuard
  /** A text column that compares and sorts by bytes: ids differ by case. */
  text(length: number): RawBuilder<unknown>
  /** A text column for JSON, hashes and sealed tokens. */
  readonly longText: RawBuilder<unknown>
  /** Statements that make the audit table refuse updates, deletions, and inserts that replace a row. */
  appendOnly(auditTable: string): readonly RawBuilder<unknown>[]
  /** Statements that let that table lose the records after which a log begins, and no others. */
  letArchivedGo(auditTable: string, startsTable: string): readonly RawBuilder<unknown>[]
  /** The schema that new tables go into, where one database has several: a migration must ignore the others. */
  currentSchema(db: Kysely<KeyTables>): Promise<string | null>
  /** Under this level each statement sees what was committed before it, so that a read behind a lock is not older than the lock. */
  readonly isolationLevel: 'read committed' | undefined
  /** Inserts a row, unless there is one with the same key. */
  orKeep<Q extends AnyInsert>(insert: Q, key: string): Q
  /** Inserts rows of numbers and texts, in this order. */
  readonly insertRows: InsertRows
  /** Changes rows that have the same keys, in place of an insert. */
  orChange<Q extends AnyInsert>(insert: Q, clash: Clash): Q
  /** Whether there is such a table, or something else of its name that would be in its way. */
  isThere(table: string): RawBuilder<unknown>
  readonly exclusively: Exclusively
  /** Whether an error means that the user lacks a right, so that nothing was changed. */
  isDenied(error: unknown): boolean
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the table, only its conflict clause is added
type AnyInsert = InsertQueryBuilder<any, any, any>

/** What {@link Dialect.orChange} does with a row that is there. */
interface Clash {
  readonly table: string
  /** The columns of the primary key. */
  readonly keys: readonly string[]
  /** The values to write, made of the columns of the row that is there, and of the one that comes. */
  changes(there: ColumnOf, coming: ColumnOf): Readonly<Record<string, RawBuilder<unknown>>>
}

type ColumnOf = (column: string) => RawBuilder<unknown>

// julianday counts whole milliseconds internally. Rounding removes the error that the division by a day adds.
const sqliteNow = sql<number>`cast(round((julianday('now') - 2440587.5) * 86400000) as integer)`
const postgresNow = sql<number>`cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint)`
const mysqlNow = sql<number>`timestampdiff(microsecond, '1970-01-01 00:00:00', utc_timestamp(3)) div 1000`

const sqlite: Dialect = {
  name: 'sqlite',
  now: sqliteNow,
  lookupBy: lookupInFile(sqliteNow),
  loadGuard: noGuard,
  text: (length) => sql.raw(`varchar(${length})`),
  longText: sql.raw('text'),
  appendOnly: (table) => {
    // BEGIN and END are capitals: wrangler, which cuts a file into statements for D1, knows no others.
    const refuse = (name: string, event: RawBuilder<unknown>) =>
      sql`create trigger ${sql.id(`${table}_${name}`)} before ${event}
          BEGIN select raise(abort, 'the audit log is append-only'); END`
    const on = sql`on ${sql.table(table)}`
    const isThere = sql`select 1 from ${sql.table(table)} where organization_id = new.organization_id and seq = new.seq`
    return [
      refuse('no_update', sql`update ${on}`),
      refuse('no_delete', sql`delete ${on}`),
      // "insert or replace" removes a row without firing the trigger for deletions.
      refuse('no_replace', sql`insert ${on} when exists (${isThere})`),
    ]
  },
  letArchivedGo: (table, starts) => [
    sql`drop trigger if exists ${sql.id(`${table}_no_delete`)}`,
    sql`create trigger ${sql.id(`${table}_no_delete`)} before delete on ${sql.table(table)} when not ${isArchived(starts)}
          BEGIN select raise(abort, 'the audit log is append-only'); END`,
  ],
  currentSchema: async () => null,
  isolationLevel: undefined, // one writer at a time
  orKeep: onConflictKeep,
  insertRows: insertValues,
  orChange: onConflictChange,
  isThere: (table) => sql`exists (select 1 from sqlite_master where name = ${table})`,
  exclusively: exclusivelyOnSqlite,
  isBusy: isSqliteBusy,
  isConflict: () => false, // one writer at a time: the others wait
  isDenied: () => false, // there are no users
}

const postgres: Dialect = {
  name: 'postgres',
  now: postgresNow,
  lookupBy: lookupInJson(postgresNow),
  loadGuard: loadPostgresGuard,
  text: (length) => sql.raw(`varchar(${length}) collate "C"`),
  longText: sql.raw('text'),
  appendOnly: (table) => [
    // A tool that drops tables leaves their functions behind.
    sql`create or replace function ${sql.table(`${table}_append_only`)}() returns trigger language plpgsql as
        $$ begin raise exception 'the audit log is append-only'; end $$`,
    sql`create trigger ${sql.id(`${withoutSchema(table)}_no_change`)} before update or delete on ${sql.table(table)}
        for each row execute function ${sql.table(`${table}_append_only`)}()`,
    sql`create trigger ${sql.id(`${withoutSchema(table)}_no_truncate`)} before truncate on ${sql.table(table)}
        for each statement execute function ${sql.table(`${table}_append_only`)}()`,
  ],
  // In the schema of the table itself: that of the session may be another.
  letArchivedGo: (table, starts) => [
    sql`create or replace function ${sql.table(`${table}_append_only`)}() returns trigger language plpgsql as
        $$ declare is_archived boolean; begin
        if tg_op = 'DELETE' then
          execute format('select exists (select 1 from %I.%I where organization_id = $1 and seq >= $2)',
            tg_table_schema, ${sql.lit(withoutSchema(starts))}) into is_archived using old.organization_id, old.seq;
          if is_archived then return old; end if;
        end if;
        raise exception 'the audit log is append-only'; end $$`,
  ],
  currentSchema: async (db) => {
    const { rows } = await sql<{ name: string | null }>`select current_schema() as name`.execute(db)
    return rows[0]?.name ?? null
  },
  isolationLevel: 'read committed',
  orKeep: onConflictKeep,
  insertRows: insertJson,
  orChange: onConflictChange,
  isThere: (table) => sql`to_regclass(${quotedTable(table)}) is not null`,
  exclusively: exclusivelyOnPostgres,
  isBusy: isPostgresBusy,
  isConflict: isPostgresConflict,
  isDenied: isPostgresDenied,
}

const mysql: Dialect = {
  name: 'mysql',
  now: mysqlNow,
  lookupBy: lookupBesideServer(mysqlNow),
  loadGuard: loadMysqlGuard,
  text: (length) => sql.raw(`varchar(${length}) character set utf8mb4 collate utf8mb4_bin`),
  longText: sql.raw('longtext character set utf8mb4 collate utf8mb4_bin'),
  appendOnly: (table) =>
    ['update', 'delete'].map(
      (verb) =>
        sql`create trigger ${sql.id(`${table}_no_${verb}`)} before ${sql.raw(verb)} on ${sql.table(table)}
            for each row signal sqlstate '45000' set message_text = 'the audit log is append-only'`,
    ),
  letArchivedGo: (table, starts) => [
    // Of another name, and before the other goes: MySQL can neither replace one nor roll back, and no record may go meanwhile.
    sql`create trigger ${sql.id(`${table}_no_other_delete`)} before delete on ${sql.table(table)} for each row
          if not ${isArchived(starts)} then
            signal sqlstate '45000' set message_text = 'the audit log is append-only'; end if`,
    sql`drop trigger if exists ${sql.id(`${table}_no_delete`)}`,
  ],
  currentSchema: async () => null, // a schema is a database
  isolationLevel: 'read committed',
  // Not "insert ignore", which ignores other errors as well.
  orKeep: (insert, key) => insert.onDuplicateKeyUpdate({ [key]: sql.ref(key) }) as typeof insert,
  insertRows: insertValues,
  // With "values", since MariaDB knows no name for the row that comes.
  orChange: (insert, { changes }) =>
    insert.onDuplicateKeyUpdate(changes(sql.ref, (column) => sql`values(${sql.ref(column)})`)) as typeof insert,
  isThere: (table) =>
    sql`exists (select 1 from information_schema.tables where table_schema = database() and table_name = ${table})`,
  exclusively: exclusivelyOnMysql,
  isBusy: isMysqlBusy,
  isConflict: isMysqlConflict,
  isDenied: isMysqlDenied,
}

/** Whether the log of the row that goes begins after it. */
function isArchived(startsTable: string): RawBuilder<unknown> {
  return sql`exists (select 1 from ${sql.table(startsTable)} as started
    where started.organization_id = old.organization_id and started.seq >= old.seq)`
}

function onConflictKeep<Q extends AnyInsert>(insert: Q, key: string): Q {
  return insert.onConflict((conflict) => conflict.column(key).doNothing()) as Q // the same builder with one clause more
}

function onConflictChange<Q extends AnyInsert>(insert: Q, { table, keys, changes }: Clash): Q {
  // With the table's name, since in PostgreSQL the bare column could also mean that of the new row.
  const values = changes(
    (column) => sql.ref(`${table}.${column}`),
    (column) => sql.ref(`excluded.${column}`),
  )
  return insert.onConflict((conflict) => conflict.columns([...keys]).doUpdateSet(values)) as Q
}

/** The dialects by their names. */
export const dialects: Readonly<Record<DialectName, Dialect>> = { sqlite, postgres, mysql }
