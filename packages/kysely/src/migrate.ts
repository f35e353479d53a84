import { type Kysely, type Migration, Migrator } from 'kysely'
import { dialectOf } from './dialect.js'
import type { KyselyLike } from './kysely-like.js'
import { createKeyTables } from './migrations/0001-create-key-tables.js'
import { retryWhenBusy } from './retry-when-busy.js'
import { type TableOptions, tableNames } from './table-names.js'

/** What a migration is given beside the database. */
export type MigrationStep = (db: Kysely<unknown>, options: TableOptions) => Promise<void>

/** The steps from an empty database to the schema of this version, in order. */
export const steps: Readonly<Record<string, MigrationStep>> = {
  '0001-create-key-tables': createKeyTables,
}

/** Where Kysely notes which steps were taken: a table of our own, apart from the host's. */
export function migrationTable({ tablePrefix = '' }: TableOptions): string {
  return `${tablePrefix}api_key_migrations`
}

/** Up to two and a half seconds in all: other processes of one deployment wait for the one that got there first. */
const migrationRetries = 8

/**
 * Brings the tables up to date. Runs only when called: once at each deployment, before the new version starts.
 * Safe to call from several processes at once; calls after the first change nothing.
 *
 * @returns the names of the migrations that ran now.
 * @throws what the migration that failed threw: nothing was changed. TypeError for a dialect that is not known.
 */
export async function migrateToLatest(db: KyselyLike, options: TableOptions = {}): Promise<readonly string[]> {
  const keyDb: Kysely<unknown> = db.withoutPlugins()
  const { isBusy, exclusively } = dialectOf(keyDb)
  tableNames(options) // refuses a bad prefix before anything is written
  return retryWhenBusy(isBusy, () => exclusively(keyDb, (connection) => migrate(connection, options)), migrationRetries)
}

async function migrate(db: Kysely<unknown>, options: TableOptions): Promise<readonly string[]> {
  const prefix = options.tablePrefix ?? ''
  const migrations = Object.entries(steps).map(([name, step]): [string, Migration] => [
    name,
    { up: (target) => step(target as Kysely<unknown>, options) },
  ])
  const schema = await dialectOf(db).currentSchema(db)
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => Object.fromEntries(migrations) },
    migrationTableName: migrationTable(options),
    migrationLockTableName: `${prefix}api_key_migrations_lock`,
    ...(schema === null ? {} : { migrationTableSchema: schema }),
  })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
  return results.filter(({ status }) => status === 'Success').map(({ migrationName }) => migrationName)
}
