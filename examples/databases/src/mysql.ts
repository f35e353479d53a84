import { mysqlPool } from '@keywright/kysely'
import { Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'

/** One pool a process, for MySQL and MariaDB alike. Its address is that of the primary. */
export function connectMysql(uri: string): Kysely<object> {
  const pool = mysqlPool(createPool({ uri, connectionLimit: 10, connectTimeout: 2_000 }))
  return new Kysely<object>({ dialect: new MysqlDialect({ pool }) })
}
