import { type Kysely, sql } from 'kysely'

/** A prefix of its own for each run, so that runs side by side do not meet. */
export function newPrefix(): string {
  return `kw${crypto.randomUUID().slice(0, 8)}_`
}

/** Removes all that a run has made on a server. */
export async function dropTables(db: Kysely<object>, prefix: string): Promise<void> {
  // Gone with its file or its process; and libsql keeps tables locked until it has collected its statements.
  if (db.getExecutor().adapter.constructor.name === 'SqliteAdapter') return
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  for (const { name } of tables) {
    if (name.startsWith(prefix)) await db.schema.dropTable(name).execute()
  }
  if (db.getExecutor().adapter.constructor.name === 'PostgresAdapter') {
    await sql`drop function if exists ${sql.id(`${prefix}api_key_audit_append_only`)}`.execute(db)
  }
}
