import { libsqlDatabase } from '@keywright/kysely'
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely'
import Database from 'libsql'
import pg from 'pg'
import { postgresUrl } from './cached-product.js'

/** A database that several processes open. */
export interface ProductDatabase {
  readonly engine: 'SQLite' | 'PostgreSQL'
  /** The file of the database, or a prefix that makes its tables its own. */
  readonly name: string
}

/** Opens it, and gives what tells its tables from those of others. */
export function openProductDatabase({ engine, name }: ProductDatabase) {
  const isFile = engine === 'SQLite'
  const db = new Kysely<object>({
    dialect: isFile
      ? new SqliteDialect({ database: libsqlDatabase(new Database(name, { timeout: 30_000 })) })
      : new PostgresDialect({ pool: new pg.Pool({ connectionString: postgresUrl, max: 4 }) }),
  })
  return { db, tableOptions: isFile ? {} : { tablePrefix: `${name}_` } }
}
