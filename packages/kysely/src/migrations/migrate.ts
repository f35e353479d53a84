import { InvalidOptions } from '@keywright/core'
import { loadConnectionProblem } from '../dialect/connection-problem.js'
import { keyDatabase } from '../dialect/key-database.js'
import type { KyselyLike } from '../tables/kysely-like.js'
import { tableNames } from '../tables/table-names.js'
import { fillLists } from './fill-lists.js'
import { findSchema } from './found-schema.js'
import { type MigrationOptions, makingDialect, requireByteOrder, splitMigrationOptions } from './migration-options.js'
import { runStep } from './run-step.js'
import { newerSchema } from './schema-version.js'
import { compileSteps } from './steps.js'

/**
 * Creates the tables, or changes them to the schema of this version. Nothing else in this package does so: call it once at
 * each deployment, before the new version starts. Several processes may call it at once: each step runs once, and the others
 * wait for it.
 *
 * Each step runs in a transaction of its own, if the engine can roll back table creation. PostgreSQL and SQLite can, and `db`
 * may be a transaction there, which all steps then run in. If nothing is to be done, no lock is taken.
 *
 * After its steps, it puts keys where lists by name, by last use and by search look for them: those from before, in batches of 200,
 * each in a transaction of its own. A process of the version before that still runs may add others: call it again when none does.
 *
 * @example
 * ```ts
 * const ran = await migrateToLatest(db)
 * console.log(ran.length === 0 ? 'The key tables were up to date' : `Ran ${ran.join(', ')}`)
 * ```
 *
 * @returns The names of the migrations that ran in this call.
 * @throws {@link InvalidOptions} when an option is wrong, when a table of the host has the name of one of ours, when `db` is no
 * Kysely instance, when the dialect of `db` cannot be told, or when its driver or the options of its connection do not fit.
 * @throws Error when a step fails: it names the step, and its `cause` is the driver's error. The steps before it are kept.
 * SQLite and PostgreSQL roll back the step itself; MySQL and MariaDB keep the tables that it created.
 * @throws Error when the tables are of a newer version.
 * @throws {@link StoreUnavailable} when the server may be outdated, such as a replica.
 */
export async function migrateToLatest(db: KyselyLike, given: MigrationOptions = {}): Promise<readonly string[]> {
  const { triggers, collations, tables: options } = splitMigrationOptions(given)
  const { db: keyDb, dialect: found } = keyDatabase(db, options)
  const dialect = makingDialect(found, collations)
  const unfit = await loadConnectionProblem(keyDb, dialect)
  if (unfit !== null) throw new InvalidOptions('db', 'an instance over another connection', unfit)
  if (!collations) await requireByteOrder(keyDb)
  const guard = await dialect.loadGuard(keyDb)
  const schema = options.schema ?? (await dialect.currentSchema(keyDb)) ?? undefined
  const target = { db: keyDb, dialect, schema, tables: tableNames({ ...options, schema }), triggers, guard }
  const { applied } = await findSchema(target)
  const newer = newerSchema(applied)
  if (newer !== null) throw new Error(newer)
  const ran: string[] = []
  for (const step of compileSteps(target)) {
    if (applied.includes(step.name)) continue
    if (await runStep(target, step)) ran.push(step.name)
  }
  await fillLists(target, target.tables)
  return ran
}
