import { PGlite } from '@electric-sql/pglite'
import { type Dialect, Kysely, type KyselyConfig, MysqlDialect, PostgresDialect, SqliteDialect, sql } from 'kysely'
import Database from 'libsql'
import { createPool } from 'mysql2'
import pg from 'pg'
import { unlessEverything } from '../../../test/support/everything.js'
import { libsqlDatabase, postgresPool } from '../src/index.js'
import { onePgliteConnection } from './pglite-pool.js'

/** A database that tests run against if it answers. */
export interface Engine {
  readonly name: 'SQLite (libsql)' | 'PGlite' | 'PostgreSQL' | 'MariaDB'
  /** The server's address; `null` for an engine inside the process. */
  readonly url: string | null
  dialect(url: string): Dialect
}

/** The engines of the contract. The addresses of servers come from the environment; the default is their standard local port. */
export const engines: readonly Engine[] = [
  {
    name: 'SQLite (libsql)',
    url: null,
    dialect: () => new SqliteDialect({ database: libsqlDatabase(new Database(':memory:')) }),
  },
  {
    name: 'PGlite',
    url: null,
    dialect: () => new PostgresDialect({ pool: onePgliteConnection(new PGlite()) }),
  },
  {
    name: 'PostgreSQL',
    url: process.env.KEYWRIGHT_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test',
    dialect: (connectionString) => {
      const pool = new pg.Pool({ connectionString, max: 10, connectionTimeoutMillis: 20_000 })
      return new PostgresDialect({ pool: postgresPool(pool, { prepare: true, answerTimeoutMs: 60_000 }) })
    },
  },
  {
    name: 'MariaDB',
    url: process.env.KEYWRIGHT_TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3306/test',
    dialect: (uri) => new MysqlDialect({ pool: createPool({ uri, connectionLimit: 10, connectTimeout: 20_000 }) }),
  },
]

/**
 * The engines to try things on: all where everything is tested, otherwise SQLite; the contract also on PGlite. Other versions of
 * Kysely are tried on SQLite and PostgreSQL.
 */
export function testedEngines({ contract = false } = {}): readonly Engine[] {
  const isRepeat = process.env.KYSELY_PEERS !== undefined
  return unlessEverything(
    isRepeat ? engines.filter(({ name }) => name !== 'PGlite' && name !== 'MariaDB') : engines,
    ({ name, url }) => (contract ? url === null : name === 'SQLite (libsql)'),
    ({ name }) => name,
  )
}

/** Connects to an engine; `null` where nothing answers. */
export async function connect(
  { dialect, url }: Engine,
  options: Pick<KyselyConfig, 'log'> = {},
): Promise<Kysely<object> | null> {
  const db = new Kysely<object>({ dialect: dialect(url ?? ''), ...options })
  try {
    await sql`select 1`.execute(db)
    return db
  } catch {
    await db.destroy().catch(() => {})
    return null
  }
}
