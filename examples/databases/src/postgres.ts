import { postgresPool } from '@keywright/kysely'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'

/** One pool a process. Its address is that of the primary: a replica may not know yet what was revoked. */
export function connectPostgres(connectionString: string): Kysely<object> {
  const driver = new pg.Pool({
    connectionString,
    max: 10,
    connectionTimeoutMillis: 2_000,
    statement_timeout: 5_000, // the server gives up a statement
    idle_in_transaction_session_timeout: 10_000, // and the locks of a process that went silent
  })
  const pool = postgresPool(driver, { prepare: true }) // the server keeps the statement that reads a key
  return new Kysely<object>({ dialect: new PostgresDialect({ pool }) })
}
