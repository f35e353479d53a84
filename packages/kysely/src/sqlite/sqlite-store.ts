import { InvalidOptions } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'
import type { KeyStore } from '@keywright/core/store'
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely'
import { isSqliteBusy } from '../dialect/driver-errors.js'
import { keyDatabase } from '../dialect/key-database.js'
import { type LibsqlDatabase, libsqlDatabase } from '../drivers/libsql-database.js'
import { type NodeSqliteDatabase, nodeSqliteDatabase } from '../drivers/node-sqlite.js'
import { migrateToLatest } from '../migrations/migrate.js'
import { kyselyStore } from '../store/kysely-store.js'
import { checkTableOptions, type TableOptions, tableNames } from '../tables/table-names.js'
import { readKeysAtOnce } from './read-keys-at-once.js'

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions extends Pick<TableOptions, 'tablePrefix'> {
  /** How long a write waits while another process writes, from 0 to 60 000 ms. @defaultValue 5000 */
  readonly busyTimeoutMs?: number | undefined
}

/** A store over a SQLite file that it opened itself. */
export interface SqliteStore extends KeyStore {
  /** The open database, for your own tables or for a second keyring. */
  readonly db: Kysely<object>
  /** Closes the file. Await {@link Keyring.close} first: it writes the uses counted so far. */
  close(): Promise<void>
}

const optionNames: NamesOf<SqliteStoreOptions> = { tablePrefix: true, busyTimeoutMs: true }

/**
 * Opens a SQLite file as a store, in one call: creates the file if it is not there, puts it in WAL mode, and creates or updates
 * the tables. It uses the SQLite of Node (22.13 and later), and otherwise the package `libsql`, which you install.
 *
 * It is for one machine: several processes may share the file, several machines may not. For everything else, see
 * {@link kyselyStore}.
 *
 * @example
 * ```ts
 * const store = await sqliteStore('keys.sqlite')
 * const keyring = createKeyring({ prefix: 'tk', access, store, hasher, resolveOwner })
 * ```
 *
 * @param path - The file, or `':memory:'` for a database that ends with the process.
 * @throws {@link InvalidOptions} when the path is no path of a file, when an option is wrong, or when neither SQLite is there.
 * @throws Error when the file cannot be opened or is no SQLite database; its `cause` is the driver's error.
 */
export async function sqliteStore(path: string, options: SqliteStoreOptions = {}): Promise<SqliteStore> {
  checkNames(options, optionNames)
  const { tablePrefix, busyTimeoutMs = 5_000 } = options
  // libsql would end the process at a zero byte.
  if (typeof path !== 'string' || path === '' || path.includes('\0') || /^[a-z]{2,}:/i.test(path))
    throw new InvalidOptions('path', "the path of a file, such as 'keys.sqlite', or ':memory:'")
  if (!Number.isInteger(busyTimeoutMs) || busyTimeoutMs < 0 || busyTimeoutMs > 60_000)
    throw new InvalidOptions('busyTimeoutMs', 'a whole number of milliseconds, from 0 to 60000')
  const tables = { tablePrefix, dialect: 'sqlite' } as const
  checkTableOptions(tables)
  const open = await findDriver()
  const database = await openInWalMode(() => open(path), busyTimeoutMs).catch((cause: unknown) => {
    const hint = isSqliteBusy(cause)
      ? 'another process is writing to it'
      : 'check that its folder exists and may be written to'
    throw new Error(`sqliteStore could not open ${path}: ${hint}`, { cause })
  })
  const db = new Kysely<object>({ dialect: new SqliteDialect({ database }) })
  try {
    await migrateToLatest(db, tables)
    const store = kyselyStore(db, tables)
    // A database in memory is that of its connection.
    if (path === ':memory:') return { ...store, db, close: () => db.destroy() }
    const keys = openReader(
      () => open(path),
      busyTimeoutMs,
      (reader) => {
        const { api_keys: table } = tableNames(tables)
        return readKeysAtOnce(reader, keyDatabase(db, tables).db, { table, later: store.find })
      },
    )
    const close = async (): Promise<void> => {
      keys.close()
      await db.destroy()
    }
    return { ...store, find: keys.find, db, close }
  } catch (error) {
    await db.destroy()
    throw error
  }
}

type Database = SqliteDatabase & Pick<LibsqlDatabase, 'exec'>

async function findDriver(): Promise<(path: string) => Database> {
  // Asked of the process: an import would fail where there is none, and bundlers would look for a package.
  const builtIn = process.getBuiltinModule?.('node:sqlite') as NodeSqlite | undefined // the types of Node 20 do not know it
  if (builtIn !== undefined) return (path) => nodeSqliteDatabase(new builtIn.DatabaseSync(path))
  const libsql = await import('libsql').catch(() => {
    const message = 'This runtime has no SQLite of its own: run "npm install libsql", or use Node 22.13 or later.'
    throw new InvalidOptions('path', 'a file that this runtime can open', message)
  })
  return (path) => {
    const database = new libsql.default(path)
    return { ...libsqlDatabase(database), exec: (sql) => database.exec(sql) }
  }
}

/** Opens the file once more, to read alone. */
function openReader<T>(open: () => Database, busyTimeoutMs: number, use: (reader: Database) => T): T {
  const reader = open()
  try {
    reader.exec(`pragma busy_timeout = ${busyTimeoutMs}; pragma query_only = on`)
    return use(reader)
  } catch (error) {
    reader.close()
    throw error
  }
}

const betweenTriesMs = 10

/** SQLite itself does not wait for another process where the mode of the file is changed: this does, as long as writes wait. */
async function openInWalMode(open: () => Database, busyTimeoutMs: number): Promise<Database> {
  const database = open()
  try {
    database.exec(`pragma busy_timeout = ${busyTimeoutMs}`)
    const givesUpAt = performance.now() + busyTimeoutMs
    while (!isInWalMode(database, performance.now() < givesUpAt)) {
      await new Promise((resolve) => setTimeout(resolve, betweenTriesMs))
    }
    database.exec('pragma synchronous = normal')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function isInWalMode(database: Database, mayTryAgain: boolean): boolean {
  try {
    database.exec('pragma journal_mode = wal')
    return true
  } catch (error) {
    if (mayTryAgain && isSqliteBusy(error)) return false
    throw error
  }
}

interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => NodeSqliteDatabase
}
