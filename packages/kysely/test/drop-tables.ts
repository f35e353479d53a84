import { type Kysely, sql } from 'kysely'
import { keyDatabase } from '../src/dialect/key-database.js'

/** A new prefix for each run, so that concurrent runs do not share tables. */
export function newPrefix(): string {
  return `kw${crypto.randomUUID().slice(0, 8)}_`
}

/** The tables with a prefix. Not by Kysely's introspection, which fails over tables of other runs that vanish meanwhile. */
export async function tablesOf(db: Kysely<object>, prefix: string): Promise<readonly string[]> {
  const isFile = keyDatabase(db, {}).dialect.name === 'sqlite'
  const tables = isFile
    ? sql`(select name from sqlite_master where type = 'table')`
    : sql`(select table_name as name from information_schema.tables)`
  const { rows } = await sql<{ name: string }>`
    select name from ${tables} as known where name like ${`${prefix}%`}
  `.execute(db)
  return rows.map(({ name }) => name)
}

/** Removes everything that a run has made on a server. */
export async function dropTables(db: Kysely<object>, prefix: string): Promise<void> {
  // Those vanish with their file or process, and libsql locks tables until it has collected its statements.
  const engine = keyDatabase(db, {}).dialect.name
  if (engine === 'sqlite') return
  for (const name of await tablesOf(db, prefix)) await db.schema.dropTable(name).execute()
  if (engine === 'postgres') {
    await sql`drop function if exists ${sql.id(`${prefix}api_key_audit_append_only`)}`.execute(db)
  }
}
