import { type D1Like, d1Database } from '../driver/d1-database.js'
import type { Database } from '../driver/database.js'
import { type DurableObjectStorageLike, durableObjectDatabase } from '../driver/durable-object-database.js'
import { type LibsqlHttpLike, libsqlHttpDatabase } from '../driver/libsql-http-database.js'
import { raw } from '../sql/sql.js'
import { loadAppliedSteps, newerSchema } from './schema.js'
import { migrationSql } from './steps.js'

/**
 * Creates or updates the key tables of a D1 database, step by step, where `wrangler d1 migrations` does not: in tests, say. Two calls
 * at once do no harm.
 *
 * @returns the names of the steps that ran in this call.
 * @throws {@link InvalidOptions} when `db` is not the binding.
 * @throws Error when a step fails, with the error of D1 as its `cause`, or when the tables are of a newer version. The steps before
 * it are kept, and of the step itself nothing is.
 */
export function migrateD1(db: D1Like): Promise<readonly string[]> {
  return migrate(d1Database(db))
}

/**
 * Creates or updates the key tables of a Durable Object. Call it in the constructor of the object, within `blockConcurrencyWhile`.
 *
 * @returns the names of the steps that ran in this call.
 * @throws {@link InvalidOptions} when `storage` is not that of a Durable Object with SQLite.
 * @throws Error as {@link migrateD1} does.
 */
export function migrateDurableObject(storage: DurableObjectStorageLike): Promise<readonly string[]> {
  return migrate(durableObjectDatabase(storage))
}

/**
 * Creates or updates the key tables of a libSQL database, such as one of Turso, step by step. Two calls at once do no harm.
 *
 * @returns the names of the steps that ran in this call.
 * @throws {@link InvalidOptions} when `client` is no client over HTTP.
 * @throws Error as {@link migrateD1} does.
 */
export function migrateLibsqlHttp(client: LibsqlHttpLike): Promise<readonly string[]> {
  return migrate(libsqlHttpDatabase(client))
}

async function migrate(db: Database): Promise<readonly string[]> {
  const applied = (await loadAppliedSteps(db)) ?? []
  const newer = newerSchema(applied)
  if (newer !== null) throw new Error(newer)
  const ran: string[] = []
  for (const { name, statements } of migrationSql().filter((step) => !applied.includes(step.name))) {
    try {
      await db.write(statements.map(raw))
      ran.push(name)
    } catch (cause) {
      // Somebody else may have run it meanwhile.
      if ((await loadAppliedSteps(db))?.includes(name) === true) continue
      throw new Error(`Migration ${name} failed, and those before it are kept.`, { cause })
    }
  }
  return ran
}
