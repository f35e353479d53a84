import { PGlite } from '@electric-sql/pglite'
import { LibsqlDialect } from '@libsql/kysely-libsql'
import { type Dialect, MysqlDialect, PostgresDialect, type SqliteDatabase, SqliteDialect } from 'kysely'
import { PGliteDialect } from 'kysely-pglite-dialect'
import { PostgresJSDialect } from 'kysely-postgres-js'
import Database from 'libsql'
import { createPool, type PoolOptions } from 'mysql2'
import { createPool as createPromisePool } from 'mysql2/promise'
import pg from 'pg'
import postgres from 'postgres'
import { bunSqliteDatabase, libsqlDatabase, mysqlPool, nodeSqliteDatabase, postgresPool } from '../../src/index.js'
import { engines } from '../engines.js'
import { neonPool } from './neon-pool.js'
import { betterSqlite3, bunSqlite, bunSqliteWithBigints, nodeSqlite } from './runtime-sqlite.js'

/** A driver, with options that a host may have set. */
export interface DriverRow {
  readonly engine: 'SQLite' | 'PostgreSQL' | 'MariaDB'
  readonly driver: string
  /** Empty: those that the manual shows, or none. */
  readonly options: string
  /** What the store says at its first use; `null` where it works. */
  readonly refusal: RegExp | null
  /** For SQLite, with the path of a new file; `null` where this runtime does not have the driver. */
  readonly open: ((path: string) => Dialect) | null
}

const urlOf = (engine: 'PostgreSQL' | 'MariaDB') => engines.find(({ name }) => name === engine)?.url ?? ''

const sqlite = (driver: string, options: string, open: ((path: string) => SqliteDatabase) | null): DriverRow => ({
  ...{ engine: 'SQLite', driver, options, refusal: null },
  open: open === null ? null : (path) => new SqliteDialect({ database: open(path) }),
})

/** A database of a runtime that has the driver. */
function onPath<D>(
  open: ((path: string) => D) | null,
  fit: (database: D) => SqliteDatabase,
): ((path: string) => SqliteDatabase) | null {
  return open === null ? null : (path) => fit(open(path))
}

/** As options of `pg` do, or those of a server that has no small integers. */
const pgTypes = (of: (oid: number, text: string) => unknown) => ({
  getTypeParser: (oid: number) => (text: string) => of(oid, text),
})
const integers = [20, 21, 23, 1700]

const withPg = (
  options: string,
  types: object | undefined,
  pool: (made: pg.Pool) => pg.Pool | ReturnType<typeof postgresPool> = postgresPool,
): DriverRow => ({
  ...{ engine: 'PostgreSQL', driver: '`pg`', options, refusal: null },
  open: () => {
    const made = new pg.Pool({
      connectionString: urlOf('PostgreSQL'),
      max: 4,
      ...(types === undefined ? {} : { types }),
    } as pg.PoolConfig) // only the method that pg calls
    made.on('error', () => {})
    return new PostgresDialect({ pool: pool(made) })
  },
})

const withMysql = (
  options: string,
  given: PoolOptions,
  refusal: RegExp | null = null,
  sqlMode?: string,
): DriverRow => ({
  ...{ engine: 'MariaDB', driver: '`mysql2`', options, refusal },
  open: () => {
    const pool = createPool({ uri: urlOf('MariaDB'), connectionLimit: 4, ...given })
    if (sqlMode !== undefined) pool.on('connection', (connection) => connection.query(`set sql_mode = '${sqlMode}'`))
    return new MysqlDialect({ pool: mysqlPool(pool) })
  },
})

/** All that was tried. The manual shows the same table. */
export const driverRows: readonly DriverRow[] = [
  sqlite('`libsql`', '', (path) => libsqlDatabase(new Database(path))),
  sqlite('`libsql`', 'without `libsqlDatabase`', (path) => new Database(path)),
  sqlite('`libsql`', '`defaultSafeIntegers(true)`', (path) =>
    libsqlDatabase(new Database(path).defaultSafeIntegers(true)),
  ),
  sqlite(
    '`better-sqlite3`',
    '',
    onPath(betterSqlite3, (database) => database),
  ),
  sqlite('`better-sqlite3`', 'in `libsqlDatabase`', onPath(betterSqlite3, libsqlDatabase)),
  sqlite(
    '`better-sqlite3`',
    '`defaultSafeIntegers(true)`',
    onPath(betterSqlite3, (database) => database.defaultSafeIntegers(true)),
  ),
  sqlite('`node:sqlite`', '', onPath(nodeSqlite, nodeSqliteDatabase)),
  sqlite(
    '`node:sqlite`',
    'in `libsqlDatabase`',
    onPath(nodeSqlite, (database) => libsqlDatabase(nodeSqliteDatabase(database))),
  ),
  sqlite('`bun:sqlite`', '', onPath(bunSqlite, bunSqliteDatabase)),
  sqlite('`bun:sqlite`', '`safeIntegers: true`', onPath(bunSqliteWithBigints, bunSqliteDatabase)),
  {
    ...{ engine: 'SQLite', driver: '`@libsql/client`', options: '' },
    refusal: /^db is over @libsql\/client, .* package libsql instead/,
    open: (path) => new LibsqlDialect({ url: `file:${path}` }),
  },
  withPg('', undefined),
  withPg('without `postgresPool`', undefined, (pool) => pool),
  withPg('`prepare: true`', undefined, (pool) => postgresPool(pool, { prepare: true })),
  withPg(
    '`types`: integers as strings',
    pgTypes((oid, text) => (oid === 16 ? text === 't' : text)),
  ),
  withPg(
    '`types`: integers as bigints',
    pgTypes((oid, text) => (integers.includes(oid) ? BigInt(text) : oid === 16 ? text === 't' : text)),
  ),
  withPg(
    '`types`: everything as strings',
    pgTypes((_, text) => text),
  ),
  {
    ...{ engine: 'PostgreSQL', driver: '`postgres`', options: 'with `kysely-postgres-js`', refusal: null },
    open: () => new PostgresJSDialect({ postgres: postgres(urlOf('PostgreSQL'), { max: 4, onnotice: () => {} }) }),
  },
  {
    ...{ engine: 'PostgreSQL', driver: '`@neondatabase/serverless`', options: 'its `Pool`', refusal: null },
    open: () => new PostgresDialect({ pool: postgresPool(neonPool(urlOf('PostgreSQL'), 4)) }),
  },
  {
    ...{ engine: 'PostgreSQL', driver: 'PGlite', options: 'with `kysely-pglite-dialect`', refusal: null },
    open: () => new PGliteDialect(new PGlite()),
  },
  withMysql('', {}),
  {
    ...{ engine: 'MariaDB', driver: '`mysql2`', options: 'without `mysqlPool`', refusal: null },
    open: () => new MysqlDialect({ pool: createPool({ uri: urlOf('MariaDB'), connectionLimit: 4 }) }),
  },
  {
    ...{ engine: 'MariaDB', driver: '`mysql2/promise`', options: '', refusal: null },
    open: () => new MysqlDialect({ pool: mysqlPool(createPromisePool({ uri: urlOf('MariaDB'), connectionLimit: 4 })) }),
  },
  withMysql('`supportBigNumbers`, `bigNumberStrings`', { supportBigNumbers: true, bigNumberStrings: true }),
  withMysql("`flags: ['-FOUND_ROWS']`", { flags: ['-FOUND_ROWS'] }),
  withMysql('a `typeCast` that gives strings', { typeCast: (field) => field.string() }),
  withMysql('`dateStrings`', { dateStrings: true }),
  withMysql('SQL mode `ANSI_QUOTES`', {}, null, 'ANSI_QUOTES'),
  withMysql(
    'SQL mode `NO_BACKSLASH_ESCAPES`',
    {},
    /SQL mode NO_BACKSLASH_ESCAPES, .* Take it out of sql_mode/,
    'NO_BACKSLASH_ESCAPES',
  ),
  withMysql("`charset: 'latin1'`", { charset: 'latin1' }, /^The connection changes letters .* charset to utf8mb4/),
  withMysql("`charset: 'utf8'`", { charset: 'utf8' }, /^The connection changes letters .* charset to utf8mb4/),
]
