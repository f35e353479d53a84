import { type Kysely, sql } from 'kysely'

/** A prefix of its own for each run, so that runs side by side do not meet. */
export function newPrefix(): string {
  return `kw${crypto.randomUUID().slice(0, 8)}_`
}

/** Removes all that a run has made. */
export async function dropTables(db: Kysely<object>, prefix: string): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  for (const { name } of tables) {
    if (name.startsWith(prefix)) await db.schema.dropTable(name).execute()
  }
  if (db.getExecutor().adapter.constructor.name === 'PostgresAdapter') {
    await sql`drop function if exists ${sql.id(`${prefix}api_key_audit_append_only`)}`.execute(db)
  }
}
