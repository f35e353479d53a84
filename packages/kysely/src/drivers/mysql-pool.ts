import { InvalidOptions } from '@keywright/core'
import { checkNames, DeadlineExceeded, withDeadline } from '@keywright/core/adapter'
import type { MysqlPool, MysqlPoolConnection, MysqlQueryResult } from 'kysely'
import { type PoolOptions, parseAnswerTimeout, poolOptionNames } from './answer-timeout.js'

/** The part of `mysql2`'s `Pool` that {@link mysqlPool} uses. */
export interface Mysql2Pool {
  getConnection(callback: (error: NodeJS.ErrnoException | null, connection: Mysql2Connection) => void): void
  end(callback: (error: NodeJS.ErrnoException | null) => void): void
}

/** The part of the `Pool` of `mysql2/promise` that {@link mysqlPool} uses. */
export interface Mysql2PromisePool {
  /** The pool that it wraps. */
  readonly pool: Mysql2Pool
}

/** The part of `mysql2`'s `PoolConnection` that {@link mysqlPool} uses. */
export interface Mysql2Connection extends MysqlPoolConnection {
  destroy(): void
}

/**
 * Adds a time limit to a `mysql2` pool. Pass the result to Kysely's `MysqlDialect`.
 *
 * A connection that does not answer within `answerTimeoutMs` is closed and replaced. `mysql2` has no such limit for the
 * statements that Kysely sends, and none on the wait for a free connection.
 *
 * A pool of `mysql2/promise` fits as well: Kysely calls the pool that it wraps.
 *
 * Also set `connectTimeout` on the pool, and `idle_write_transaction_timeout` on MariaDB, as docs/databases.md shows: the server then
 * releases the locks of a client that has gone silent.
 *
 * @example
 * ```ts
 * const pool = createPool({ uri: process.env.DATABASE_URL, connectTimeout: 2_000 })
 * const db = new Kysely<object>({ dialect: new MysqlDialect({ pool: mysqlPool(pool) }) })
 * ```
 *
 * @throws {@link InvalidOptions} when `pool` is not a pool of `mysql2`, an option is unknown, or `answerTimeoutMs` is not a whole number from 100 to 600000.
 */
export function mysqlPool(given: Mysql2Pool | Mysql2PromisePool, options: PoolOptions = {}): MysqlPool {
  checkNames(options, poolOptionNames)
  const pool = callbackPool(given)
  const ms = parseAnswerTimeout(options)
  const known = new WeakMap<Mysql2Connection, MysqlPoolConnection>()
  const connect = (): Promise<Mysql2Connection> =>
    new Promise((resolve, reject) => {
      pool.getConnection((error, connection) => (error === null ? resolve(connection) : reject(error)))
    })
  return {
    getConnection: (callback) => {
      withDeadline(connect(), ms, { late: (client) => client.release() }).then(
        (connection) => {
          const limited = known.get(connection) ?? withQueryTimeout(connection, ms)
          known.set(connection, limited)
          callback(null, limited)
        },
        (error: unknown) => callback(error, undefined as never), // as Node's callbacks are
      )
    },
    end: (callback) => pool.end(callback),
  }
}

/** A pool of promises never calls back: each statement would wait for a connection until its time limit. */
function callbackPool(given: (Mysql2Pool & { readonly pool?: never }) | Mysql2PromisePool): Mysql2Pool {
  const pool = given?.pool ?? given
  if (typeof pool?.getConnection === 'function' && typeof pool.end === 'function') return pool
  throw new InvalidOptions('pool', 'a pool of mysql2')
}

function withQueryTimeout(connection: Mysql2Connection, ms: number): MysqlPoolConnection {
  let timeout: DeadlineExceeded | null = null
  const query = (sql: string, parameters: unknown[]): Promise<MysqlQueryResult> => {
    // A statement that follows on a silent connection, such as a rollback, must not wait as long again.
    if (timeout !== null) return Promise.reject(timeout)
    const answer = new Promise<MysqlQueryResult>((resolve, reject) => {
      connection.query(sql, parameters, (error, result) => (error ? reject(error) : resolve(result)))
    })
    return withDeadline(answer, ms).catch((error: unknown) => {
      if (error instanceof DeadlineExceeded) timeout = error
      throw error
    })
  }
  return {
    // A query without a callback is a stream, which has no limit: its reader sets the pace.
    query: ((sql: string, parameters: unknown[], callback?: Parameters<typeof connection.query>[2]) => {
      if (callback === undefined) return connection.query(sql, parameters)
      query(sql, parameters).then(
        (result) => callback(null, result),
        (error: unknown) => callback(error, []),
      )
    }) as MysqlPoolConnection['query'], // both overloads in one function
    release: () => (timeout === null ? connection.release() : connection.destroy()),
  }
}
