import { InvalidInput } from '@keywright/core'
import {
  type Dialect,
  Kysely,
  MysqlDialect,
  type MysqlPoolConnection,
  PostgresDialect,
  type PostgresPoolClient,
  type SqliteDatabase,
  SqliteDialect,
  Transaction,
} from 'kysely'
import type { DialectName } from '../tables/table-names.js'

/** The connections of drivers that {@link transactionOn} takes, by the dialect. */
export interface DriverConnections {
  /** A client of `pg`, such as what `pool.connect()` gives. */
  readonly postgres: Pick<PostgresPoolClient, 'query'>
  /** A connection of `mysql2` or `mysql2/promise`. */
  readonly mysql: Pick<MysqlPoolConnection, 'query'> | PromisedConnection
  /** A database of `better-sqlite3`, or what {@link libsqlDatabase} gives. */
  readonly sqlite: Pick<SqliteDatabase, 'prepare'>
}

/** The part of a connection of `mysql2/promise` that {@link transactionOn} uses. */
export interface PromisedConnection {
  query(sql: string, values: unknown): Promise<readonly [unknown, unknown]>
}

/**
 * Gives a transaction of Kysely over a connection on which another library has begun one, such as Drizzle. It never begins, ends
 * or releases anything. Pass it to `keyring.inTransaction`, and make it once a transaction.
 *
 * @example
 * ```ts
 * const client = await pool.connect()
 * try {
 *   await drizzle({ client }).transaction(async (tx) => {
 *     await tx.insert(users).values({ id: 'ada' })
 *     await keyring.inTransaction(transactionOn(client, 'postgres')).create({ name: 'first', owner, scopes: ['tasks.read'] })
 *   })
 * } finally {
 *   client.release()
 * }
 * ```
 *
 * @throws {@link InvalidInput} when `client` is no connection of such a driver, or `dialect` is unknown.
 */
export function transactionOn<D extends DialectName>(client: DriverConnections[D], dialect: D): Transaction<object> {
  const open = (Object.hasOwn(dialects, dialect) ? dialects[dialect] : undefined) as
    | ((client: DriverConnections[D]) => Dialect)
    | undefined // the one of D
  if (open === undefined) throw new InvalidInput('dialect', "'postgres', 'mysql' or 'sqlite'")
  const made = open(client)
  const config = { dialect: made }
  return new Transaction<object>({
    config,
    dialect: made,
    driver: made.createDriver(), // of no use: a transaction of Kysely begins and closes nothing
    executor: new Kysely<object>(config).getExecutor(),
  })
}

const dialects: { readonly [D in DialectName]: (client: DriverConnections[D]) => Dialect } = {
  postgres: (client) => {
    // A pool has `query`, too, and gives each statement another connection.
    if (typeof client?.query !== 'function' || 'totalCount' in client) refuse('a client of pg, not its pool')
    const query: PostgresPoolClient['query'] = client.query.bind(client)
    const pool = { options: {}, connect: async () => connection, end: async () => {} }
    const connection: PostgresPoolClient = { query, release: () => {} }
    return new PostgresDialect({ pool })
  },
  mysql: (client) => {
    if (typeof client?.query !== 'function' || 'getConnection' in client) refuse('a connection of mysql2, not its pool')
    // Kysely uses the rest only to stream, and to cut off statements.
    const connection = { query: queryOf(client), release: () => {} } as MysqlPoolConnection
    return new MysqlDialect({
      pool: { getConnection: (callback) => callback(null, connection), end: (callback) => callback(null) },
    })
  },
  sqlite: (client) => {
    if (typeof client?.prepare !== 'function') refuse('a database of better-sqlite3, or what libsqlDatabase gives')
    return new SqliteDialect({ database: { prepare: client.prepare.bind(client), close: () => {} } })
  },
}

type Callback = (error: unknown, result?: unknown) => void

/** `query` with a callback, whichever the connection has. */
function queryOf(client: DriverConnections['mysql']): unknown {
  // What takes callbacks has this method, which gives the other.
  if ('promise' in client) return client.query.bind(client)
  const { query } = client as PromisedConnection // it has no `promise`
  return (sql: string, values: unknown, callback: Callback): void => {
    query.call(client, sql, values).then(([result]) => callback(null, result), callback)
  }
}

function refuse(expected: string): never {
  throw new InvalidInput('client', expected)
}
