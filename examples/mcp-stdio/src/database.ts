import { libsqlDatabase } from '@keywright/kysely'
import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'

/** The database of the keys. Several processes may open the file. */
export function openDatabase(file: string): Kysely<object> {
  return new Kysely<object>({ dialect: new SqliteDialect({ database: libsqlDatabase(new Database(file)) }) })
}
