import { type Kysely, sql } from 'kysely'
import { migrationTable, steps } from './migrate.js'
import type { TableOptions } from './table-names.js'

/**
 * Says what is wrong with the schema and what to do, or `null` if it is that of this version (FI-26).
 *
 * @throws what the driver throws where the database cannot be reached.
 */
export async function findSchemaProblem<T>(db: Kysely<T>, options: TableOptions): Promise<string | null> {
  const taken = await stepsTaken(db as unknown as Migrated, migrationTable(options)) // the table is not in the schema
  if (taken === null) return 'The key tables are not there. Run migrateToLatest(db) before this version starts.'

  const known = Object.keys(steps)
  const missing = known.filter((name) => !taken.includes(name))
  if (missing.length > 0) {
    return `The key tables lack ${missing.join(', ')}. Run migrateToLatest(db) before this version starts.`
  }
  const newer = taken.filter((name) => !known.includes(name))
  return newer.length > 0 ? `The key tables are of a newer version: this one does not know ${newer.join(', ')}.` : null
}

/**
 * Makes a check for the first use of a store: it costs one statement until the schema was found right, and nothing from
 * then on.
 *
 * @throws Error, from the check, that says what to run; or what the driver throws.
 */
export function requireSchema<T>(db: Kysely<T>, options: TableOptions): () => Promise<void> {
  let isRight = false
  let checking: Promise<string | null> | null = null
  return async () => {
    if (isRight) return
    checking ??= findSchemaProblem(db, options).finally(() => {
      checking = null
    })
    const problem = await checking
    if (problem !== null) throw new Error(problem)
    isRight = true
  }
}

type Migrated = Kysely<Record<string, { name: string }>>

async function stepsTaken(db: Migrated, table: string): Promise<readonly string[] | null> {
  try {
    const rows = await db.selectFrom(table).select('name').execute()
    return rows.map(({ name }) => name)
  } catch {
    // Engines name a missing table in ways of their own; this fails where it was the connection that is missing.
    await sql`select 1`.execute(db)
    return null
  }
}
