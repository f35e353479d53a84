import { libsqlDatabase } from '@keywright/kysely'
import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'

/** One connection a process: SQLite reads and writes on it one after the other. */
export function connectSqlite(path: string): Kysely<object> {
  const database = new Database(path, { timeout: 5_000 }) // milliseconds that a write waits for that of another process
  database.exec('pragma journal_mode = wal') // readers and the writer do not wait for each other
  return new Kysely<object>({ dialect: new SqliteDialect({ database: libsqlDatabase(database) }) })
}
