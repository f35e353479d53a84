import { Kysely, type LogConfig, MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely'
import Database from 'libsql'
import { createPool, type Pool as MysqlPool, type PoolOptions as MysqlPoolOptions } from 'mysql2'
import pg from 'pg'
import { libsqlDatabase, mysqlPool, type PoolOptions, postgresPool } from '../src/index.js'

/** A database, opened as the README says. */
export interface Opened<P> {
  readonly db: Kysely<object>
  readonly driver: P
}

interface Options extends PoolOptions {
  readonly kyselyLog?: LogConfig | undefined
}

/** Opens PostgreSQL. */
export function openPostgres(
  connectionString: string,
  { answerTimeoutMs, kyselyLog, ...options }: Options & pg.PoolConfig = {},
): Opened<pg.Pool> {
  const driver = new pg.Pool({ connectionString, connectionTimeoutMillis: 20_000, max: 10, ...options })
  const dialect = new PostgresDialect({ pool: postgresPool(driver, { answerTimeoutMs, prepare: true }) })
  return { db: new Kysely<object>({ dialect, ...logging(kyselyLog) }), driver }
}

/** Opens MariaDB. */
export function openMariaDb(
  uri: string,
  { answerTimeoutMs, kyselyLog, ...options }: Options & MysqlPoolOptions = {},
): Opened<MysqlPool> {
  const driver = createPool({ uri, connectTimeout: 20_000, connectionLimit: 10, ...options })
  const dialect = new MysqlDialect({ pool: mysqlPool(driver, { answerTimeoutMs }) })
  return { db: new Kysely<object>({ dialect, ...logging(kyselyLog) }), driver }
}

/** Opens a SQLite file that several processes share. */
export function openSqlite(path: string): Opened<Database.Database> {
  const driver = new Database(path, { timeout: 30_000 })
  driver.exec('pragma journal_mode = wal')
  driver.exec('pragma synchronous = off') // tests do not survive a power cut anyway
  return { db: new Kysely<object>({ dialect: new SqliteDialect({ database: libsqlDatabase(driver) }) }), driver }
}

function logging(log: LogConfig | undefined): { readonly log?: LogConfig } {
  return log === undefined ? {} : { log }
}
