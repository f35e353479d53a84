import { existsSync } from 'node:fs'
import type * as KeywrightKysely from '@keywright/kysely'
import type * as KyselyModule from 'kysely'
import type { Dialect, Kysely, SqliteDatabase } from 'kysely'
import { Failure, type HostModules } from '../terminal/index.js'
import type { DatabaseAddress } from './database-address.js'

/** A database that the program opened, and the modules of the project that it did it with. */
export interface OpenDatabase {
  readonly db: Kysely<object>
  readonly kysely: typeof KeywrightKysely
  readonly engine: DatabaseAddress['engine']
}

/**
 * Connects to a database with the project's own driver.
 *
 * @param isNew - Whether a SQLite file may be made.
 * @throws {@link Failure} that says what to install, or that there is no such file.
 */
export async function openDatabase(
  modules: HostModules,
  address: DatabaseAddress,
  { isNew }: { readonly isNew: boolean },
): Promise<OpenDatabase> {
  // A command that reads must not leave an empty file behind where the path was mistyped.
  if (address.engine === 'sqlite' && !isNew && !existsSync(address.path))
    throw new Failure('unreadable_file', `There is no database at ${address.path}. keywright migrate makes it.`)
  const [kysely, builder] = await Promise.all([
    needed<typeof KeywrightKysely>(modules, '@keywright/kysely'),
    needed<typeof KyselyModule>(modules, 'kysely'),
  ])
  const dialect = await dialectOf(modules, address, kysely, builder)
  return { db: new builder.Kysely<object>({ dialect }), kysely, engine: address.engine }
}

/** Loads a package of the project's. @throws {@link Failure} that says how to install it. */
export async function needed<M>(modules: HostModules, name: string): Promise<M> {
  const found = await loadPackage(modules, name)
  if (found === null) throw new Failure('missing_package', `Package ${name} is missing here: run npm install ${name}.`)
  return found as M // of the package with that name
}

/** Loads a package, if it is there. @throws {@link Failure} where it is broken, such as one without its compiled part. */
async function loadPackage(modules: HostModules, name: string): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    return await modules.load(name)
  } catch (cause) {
    throw new Failure('missing_package', `Package ${name} is here, and cannot be loaded.`, { cause })
  }
}

/** How long a new connection may take. */
const connectMs = 5_000

async function dialectOf(
  modules: HostModules,
  address: DatabaseAddress,
  kysely: typeof KeywrightKysely,
  { MysqlDialect, PostgresDialect, SqliteDialect }: typeof KyselyModule,
): Promise<Dialect> {
  if (address.engine === 'sqlite')
    return new SqliteDialect({ database: await openSqlite(modules, address.path, kysely) })
  if (address.engine === 'postgres') {
    const { Pool } = commonJs<PgModule>(await needed(modules, 'pg'))
    const pool = new Pool({ connectionString: address.url, max: 2, connectionTimeoutMillis: connectMs })
    return new PostgresDialect({ pool: kysely.postgresPool(pool) })
  }
  const { createPool } = commonJs<MysqlModule>(await needed(modules, 'mysql2'))
  const pool = createPool({ uri: address.url, connectionLimit: 2, connectTimeout: connectMs })
  return new MysqlDialect({ pool: kysely.mysqlPool(pool) })
}

interface PgModule {
  readonly Pool: new (options: object) => KeywrightKysely.PgPool
}

interface MysqlModule {
  readonly createPool: (options: object) => KeywrightKysely.Mysql2Pool
}

interface SqliteModule {
  readonly default: new (path: string) => SqliteDatabase & { exec(sql: string): unknown }
}

/** What a CommonJS package exports: not every runtime finds its names. */
function commonJs<M>(loaded: Readonly<Record<string, unknown>>): M {
  return (loaded.default ?? loaded) as M // the package was loaded by its name
}

const busyTimeout = 'pragma busy_timeout = 5000'

/** With the driver of the project, or with the SQLite of the runtime. */
async function openSqlite(modules: HostModules, path: string, kysely: typeof KeywrightKysely): Promise<SqliteDatabase> {
  const open = await findSqlite(modules, kysely)
  try {
    return open(path)
  } catch (cause) {
    throw new Failure('unreadable_file', `The database at ${path} cannot be opened.`, { cause })
  }
}

async function findSqlite(
  modules: HostModules,
  { libsqlDatabase, nodeSqliteDatabase }: typeof KeywrightKysely,
): Promise<(path: string) => SqliteDatabase> {
  for (const name of ['libsql', 'better-sqlite3']) {
    const driver = await loadPackage(modules, name)
    if (driver === null) continue
    return (path) => {
      const database = new (driver as unknown as SqliteModule).default(path) // both packages export the same class
      database.exec(busyTimeout)
      return name === 'libsql' ? libsqlDatabase(database) : database
    }
  }
  // The types of Node 20 do not know it.
  const builtIn = process.getBuiltinModule?.('node:sqlite') as NodeSqlite | undefined
  if (builtIn === undefined)
    throw new Failure('missing_package', 'There is no SQLite here: run npm install libsql, or use Node 22.13 or later.')
  return (path) => {
    const database = nodeSqliteDatabase(new builtIn.DatabaseSync(path))
    database.exec(busyTimeout)
    return database
  }
}

interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => KeywrightKysely.NodeSqliteDatabase
}
