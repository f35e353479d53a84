import type { SqliteDatabase } from 'kysely'
import type { LibsqlDatabase } from './libsql-database.js'

/** The part of `Database` of `bun:sqlite` that {@link bunSqliteDatabase} uses. */
export interface BunSqliteDatabase {
  // biome-ignore lint/suspicious/noExplicitAny: the driver's own types name the values that SQLite takes
  run(sql: string, ...parameters: any[]): unknown
  prepare(sql: string): BunSqliteStatement
  close(): void
}

/** The part of `Statement` of `bun:sqlite` that {@link bunSqliteDatabase} uses. */
export interface BunSqliteStatement {
  readonly columnNames: readonly string[]
  // biome-ignore lint/suspicious/noExplicitAny: as above
  all(...parameters: any[]): unknown[]
  // biome-ignore lint/suspicious/noExplicitAny: as above
  run(...parameters: any[]): { changes: number; lastInsertRowid: number | bigint }
  // biome-ignore lint/suspicious/noExplicitAny: as above
  iterate(...parameters: any[]): IterableIterator<unknown>
}

/**
 * Makes a database of `bun:sqlite` fit Kysely's `SqliteDialect`, which expects the methods of `better-sqlite3`.
 *
 * @example
 * ```ts
 * const database = new Database('keys.db')
 * database.run('pragma busy_timeout = 5000') // milliseconds that a write waits for another process
 * database.run('pragma journal_mode = wal')
 * const db = new Kysely<object>({ dialect: new SqliteDialect({ database: bunSqliteDatabase(database) }) })
 * ```
 */
export function bunSqliteDatabase(database: BunSqliteDatabase): SqliteDatabase & Pick<LibsqlDatabase, 'exec'> {
  return {
    close: () => database.close(),
    exec: (sql) => database.run(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql)
      return {
        reader: statement.columnNames.length > 0,
        all: (parameters) => statement.all(...parameters),
        run: (parameters) => statement.run(...parameters),
        iterate: (parameters) => statement.iterate(...parameters),
      }
    },
  }
}
