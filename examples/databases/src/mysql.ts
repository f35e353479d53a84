import { mysqlPool } from '@keywright/kysely'
import { Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'

/**
 * One pool a process, for MySQL and MariaDB alike. Its address is that of the primary. The server gives up a wait for a lock, and
 * MariaDB also a statement, and the locks of a process that went silent.
 */
export function connectMysql(uri: string): Kysely<object> {
  const driver = createPool({ uri, connectionLimit: 10, connectTimeout: 2_000 })
  const onMariadb = '/*M!100300 , max_statement_time = 5, idle_write_transaction_timeout = 10 */'
  driver.on('connection', (connection) => {
    connection.query(`set session innodb_lock_wait_timeout = 5 ${onMariadb}`)
  })
  return new Kysely<object>({ dialect: new MysqlDialect({ pool: mysqlPool(driver) }) })
}
