import { type Kysely, type Migration, Migrator, sql } from 'kysely'
import { dialectOf } from './dialect.js'
import type { KyselyLike } from './kysely-store.js'
import { createKeyTables } from './migrations/0001-create-key-tables.js'
import { retryWhenBusy } from './retry-when-busy.js'
import { type TableOptions, tableNames } from './table-names.js'

/** What a migration is given beside the database. */
export type MigrationStep = (db: Kysely<unknown>, options: TableOptions) => Promise<void>

const steps: Readonly<Record<string, MigrationStep>> = {
  '0001-create-key-tables': createKeyTables,
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
  const { isBusy } = dialectOf(keyDb)
  tableNames(options) // refuses a bad prefix before anything is written
  return retryWhenBusy(isBusy, () => exclusively(keyDb, (connection) => migrate(connection, options)), migrationRetries)
}

/**
 * Whole or not at all, and one process at a time. SQLite keeps tables in its transactions as it does rows; Kysely's migrator
 * makes no use of that, and takes no lock there.
 */
function exclusively<T>(db: Kysely<unknown>, work: (connection: Kysely<unknown>) => Promise<T>): Promise<T> {
  return db.connection().execute(async (connection) => {
    await sql`begin immediate`.execute(connection)
    try {
      const result = await work(connection)
      await sql`commit`.execute(connection)
      return result
    } catch (error) {
      await sql`rollback`.execute(connection)
      throw error
    }
  })
}

async function migrate(db: Kysely<unknown>, options: TableOptions): Promise<readonly string[]> {
  const prefix = options.tablePrefix ?? ''
  const migrations = Object.entries(steps).map(([name, step]): [string, Migration] => [
    name,
    { up: (target) => step(target as Kysely<unknown>, options) },
  ])
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => Object.fromEntries(migrations) },
    migrationTableName: `${prefix}api_key_migrations`,
    migrationLockTableName: `${prefix}api_key_migrations_lock`,
    disableTransactions: true, // this one is in a transaction already
  })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
  return results.filter(({ status }) => status === 'Success').map(({ migrationName }) => migrationName)
}
