import { postgresPool } from '@keywright/kysely'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'

/** Through a PgBouncer in transaction mode, which refuses a connection that brings time limits: the role has them. */
export function connectThroughPgbouncer(connectionString: string): Kysely<object> {
  const driver = new pg.Pool({ connectionString, max: 10, connectionTimeoutMillis: 2_000 })
  return new Kysely<object>({ dialect: new PostgresDialect({ pool: postgresPool(driver) }) })
}
