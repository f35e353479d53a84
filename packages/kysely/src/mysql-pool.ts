import type { MysqlPool, MysqlPoolConnection, MysqlQueryResult } from 'kysely'
import { inTime, NoAnswer, type PoolOptions, readAnswerTimeout } from './in-time.js'

/** What {@link mysqlPool} needs of `mysql2`'s `Pool`. */
export interface Mysql2Pool {
  getConnection(callback: (error: NodeJS.ErrnoException | null, connection: Mysql2Connection) => void): void
  end(callback: (error: NodeJS.ErrnoException | null) => void): void
}

/** What {@link mysqlPool} needs of `mysql2`'s `PoolConnection`. */
export interface Mysql2Connection extends MysqlPoolConnection {
  destroy(): void
}

/**
 * Makes a `mysql2` pool outlive its connections: pass what this returns to Kysely's `MysqlDialect`.
 *
 * A connection that gives no answer in time is closed, and replaced: `mysql2` has no time limit of its own that would do it
 * for statements that Kysely sends, and none on the wait for a connection (FI-3, FI-5).
 *
 * Set `connectTimeout` on the pool as well, and `wait_timeout` on the server, so that it frees the locks of a client that
 * went silent.
 *
 * @throws TypeError for a time that is none.
 */
export function mysqlPool(pool: Mysql2Pool, options: PoolOptions = {}): MysqlPool {
  const ms = readAnswerTimeout(options)
  const known = new WeakMap<Mysql2Connection, MysqlPoolConnection>()
  const connect = (): Promise<Mysql2Connection> =>
    new Promise((resolve, reject) => {
      pool.getConnection((error, connection) => (error === null ? resolve(connection) : reject(error)))
    })
  return {
    getConnection: (callback) => {
      inTime(connect(), ms, (late) => late.release()).then(
        (connection) => {
          const guarded = known.get(connection) ?? closedWhenSilent(connection, ms)
          known.set(connection, guarded)
          callback(null, guarded)
        },
        (error: unknown) => callback(error, undefined as never), // as Node's callbacks are
      )
    },
    end: (callback) => pool.end(callback),
  }
}

function closedWhenSilent(connection: Mysql2Connection, ms: number): MysqlPoolConnection {
  let silence: NoAnswer | null = null
  const query = (sql: string, parameters: unknown[]): Promise<MysqlQueryResult> => {
    // What follows on a silent connection, such as a rollback, must not wait as long again.
    if (silence !== null) return Promise.reject(silence)
    const answer = new Promise<MysqlQueryResult>((resolve, reject) => {
      connection.query(sql, parameters, (error, result) => (error ? reject(error) : resolve(result)))
    })
    return inTime(answer, ms).catch((error: unknown) => {
      if (error instanceof NoAnswer) silence = error
      throw error
    })
  }
  return {
    // Without a callback it is a stream, which is read at its reader's own pace.
    query: ((sql: string, parameters: unknown[], callback?: Parameters<typeof connection.query>[2]) => {
      if (callback === undefined) return connection.query(sql, parameters)
      query(sql, parameters).then(
        (result) => callback(null, result),
        (error: unknown) => callback(error, []),
      )
    }) as MysqlPoolConnection['query'],
    release: () => (silence === null ? connection.release() : connection.destroy()),
  }
}
