import { Kysely, MysqlDialect, type MysqlPool, type MysqlPoolConnection } from 'kysely'
import { mysqlPool } from '../../packages/kysely/src/index.js'
import { openMariaDb } from '../../packages/kysely/test/open-database.js'

/** Changes a statement on its way to the server. */
export type Rewrite = (sql: string) => string

/** Opens a pool whose connections go to these nodes in turn, as through a proxy that spreads them. */
export function openNodes(urls: readonly string[], rewrite: Rewrite = (sql) => sql): Kysely<object> {
  const drivers = urls.map((url) => openMariaDb(url, { connectionLimit: 6 }).driver)
  const pools = drivers.map((driver) => rewriting(mysqlPool(driver, { answerTimeoutMs: 40_000 }), rewrite))
  let turn = 0
  const pool: MysqlPool = {
    getConnection: (callback) => {
      turn += 1
      pools[turn % pools.length]?.getConnection(callback)
    },
    end: (callback) => {
      void Promise.all(drivers.map((driver) => driver.promise().end())).then(() => callback(null))
    },
  }
  return new Kysely<object>({ dialect: new MysqlDialect({ pool }) })
}

function rewriting(pool: MysqlPool, rewrite: Rewrite): MysqlPool {
  const known = new WeakMap<MysqlPoolConnection, MysqlPoolConnection>()
  const wrap = (connection: MysqlPoolConnection): MysqlPoolConnection => ({
    // Nothing here streams, which the other overload is for.
    query: ((...[sql, parameters, callback]: Parameters<MysqlPoolConnection['query']>) =>
      connection.query(rewrite(sql), parameters, callback)) as MysqlPoolConnection['query'],
    release: () => connection.release(),
  })
  return {
    ...pool,
    getConnection: (callback) =>
      pool.getConnection((error, connection) => {
        if (error) return callback(error, connection)
        const wrapped = known.get(connection) ?? wrap(connection)
        known.set(connection, wrapped)
        callback(error, wrapped)
      }),
  }
}
