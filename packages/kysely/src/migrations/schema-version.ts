import { StoreUnavailable } from '@keywright/core'
import { type Kysely, sql } from 'kysely'
import { loadConnectionProblem } from '../dialect/connection-problem.js'
import type { Dialect } from '../dialect/dialect.js'
import { askingFirst, type ServerGuard } from '../dialect/server-guard.js'
import type { KeyTables } from '../tables/key-tables.js'
import type { TableNames } from '../tables/table-names.js'
import { stepNames } from './steps.js'

/**
 * Tries the connection, and compares the schema with the one of this version. Returns a message that says what is wrong and what to do, or `null`.
 *
 * @throws The driver's error when the database cannot be reached.
 */
export async function loadSchemaProblem(
  db: Kysely<KeyTables>,
  dialect: Dialect,
  tables: TableNames,
): Promise<string | null> {
  const unfit = await loadConnectionProblem(db, dialect)
  if (unfit !== null) return unfit
  const applied = await loadAppliedSteps(db, dialect, tables)
  const place = tables.api_key_migrations
  const options = place === 'api_key_migrations' ? '' : `, with the options of this store: it looks for ${place}`
  const whatToDo = `Run migrateToLatest(db) before this version starts${options}.`
  if (applied === null) return `The key tables are not there. ${whatToDo}`
  const missing = stepNames.filter((name) => !applied.includes(name))
  return missing.length > 0 ? `The key tables lack ${missing.join(', ')}. ${whatToDo}` : newerSchema(applied)
}

/** Says that the tables are of a newer version; `null` if they are not. */
export function newerSchema(applied: readonly string[]): string | null {
  const newer = applied.filter((name) => !stepNames.includes(name))
  return newer.length > 0
    ? `The key tables are of a newer version: this version does not know ${newer.join(', ')}. Update it.`
    : null
}

/** What was found right: what to ask the servers with each read. */
interface Found {
  readonly guard: ServerGuard | null
}

interface SchemaCheck {
  /**
   * Rejects unless the schema is that of this version, and finds what its servers are to be asked. It sends one statement a call, or
   * a few, until it has found the schema right, and none after that. Within a transaction of the host's, it remembers nothing.
   *
   * @throws {@link StoreUnavailable} with a message that says what to run; or the driver's error.
   */
  require(within?: Kysely<KeyTables>): Promise<ServerGuard | null>
  /** Looks again at the next call. */
  forget(): void
}

export function schemaCheck(db: Kysely<KeyTables>, dialect: Dialect, tables: TableNames): SchemaCheck {
  let right: Found | null = null
  let checking: Promise<Found> | null = null
  const check = async (on: Kysely<KeyTables>): Promise<Found> => {
    const guard = await dialect.loadGuard(on)
    const problem = await askingFirst(on, guard, (asked) => loadSchemaProblem(asked, dialect, tables))
    if (problem !== null) throw new StoreUnavailable({ message: problem })
    return { guard }
  }
  const require: SchemaCheck['require'] = async (within) => {
    if (right !== null) return right.guard
    // Not shared: on SQLite, what others ask waits for this transaction.
    if (within !== undefined) return (await check(within)).guard
    checking ??= check(db).finally(() => {
      checking = null
    })
    right = await checking
    return right.guard
  }
  const forget = (): void => {
    right = null
  }
  return { require, forget }
}

async function loadAppliedSteps(
  db: Kysely<KeyTables>,
  dialect: Dialect,
  tables: TableNames,
): Promise<readonly string[] | null> {
  try {
    const rows = await db.selectFrom(tables.api_key_migrations).select('name').execute()
    return rows.map(({ name }) => name)
  } catch (error) {
    if (dialect.isDenied(error)) throw error
    // Each engine reports a missing table differently. This statement fails if it was the connection that failed.
    await sql`select 1`.execute(db)
    return null
  }
}
