import { type Kysely, type Migration, Migrator } from 'kysely'
import type { KyselyLike } from './kysely-store.js'
import { createKeyTables } from './migrations/0001-create-key-tables.js'
import type { TableOptions } from './table-names.js'

/** What a migration is given beside the database. */
export type MigrationStep = (db: Kysely<unknown>, options: TableOptions) => Promise<void>

const steps: Readonly<Record<string, MigrationStep>> = {
  '0001-create-key-tables': createKeyTables,
}

/**
 * Brings the tables up to date. Runs only when called: once at each deployment, before the new version starts.
 * Safe to call from several processes at once; calls after the first change nothing.
 *
 * @returns the names of the migrations that ran now.
 * @throws what the migration that failed threw; those before it stay.
 */
export async function migrateToLatest(db: KyselyLike, options: TableOptions = {}): Promise<readonly string[]> {
  const prefix = options.tablePrefix ?? ''
  const migrations = Object.entries(steps).map(([name, step]): [string, Migration] => [
    name,
    { up: (target) => step(target as Kysely<unknown>, options) },
  ])
  const migrator = new Migrator({
    db: db.withoutPlugins(),
    provider: { getMigrations: async () => Object.fromEntries(migrations) },
    migrationTableName: `${prefix}api_key_migrations`,
    migrationLockTableName: `${prefix}api_key_migrations_lock`,
  })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
  return results.filter(({ status }) => status === 'Success').map(({ migrationName }) => migrationName)
}
