import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { KeptStatements } from './kept-statements.js'
import type { LibsqlDatabase } from './libsql-database.js'

/** The part of a `DatabaseSync` of `node:sqlite` that {@link nodeSqliteDatabase} uses. */
export interface NodeSqliteDatabase {
  exec(sql: string): void
  prepare(sql: string): NodeSqliteStatement
  close(): void
}

/** The part of a `StatementSync` of `node:sqlite` that {@link nodeSqliteDatabase} uses. */
export interface NodeSqliteStatement {
  all(...parameters: never[]): unknown[]
  run(...parameters: never[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint }
  iterate(...parameters: never[]): IterableIterator<unknown>
  /** Not there before Node 22.16. */
  columns?(): readonly unknown[]
}

/**
 * Lets Kysely's `SqliteDialect` use the SQLite that Node has since version 22.13, so that no driver need be installed. It keeps up
 * to 100 prepared statements, because Kysely prepares each time, and preparing takes longer than reading a row by its key.
 *
 * @example
 * ```ts
 * const database = new DatabaseSync('keys.sqlite') // from node:sqlite
 * database.exec('pragma journal_mode = wal; pragma busy_timeout = 5000') // milliseconds that a write waits for another process
 * const db = new Kysely<object>({ dialect: new SqliteDialect({ database: nodeSqliteDatabase(database) }) })
 * ```
 */
export function nodeSqliteDatabase(database: NodeSqliteDatabase): SqliteDatabase & Pick<LibsqlDatabase, 'exec'> {
  const kept = new KeptStatements()
  const prepare = (sql: string): SqliteStatement => {
    const statement = database.prepare(sql)
    // The driver checks what it is given: text, numbers and null, as Kysely's other drivers for SQLite do.
    const given = (parameters: readonly unknown[]) => parameters as never[]
    return {
      reader: statement.columns === undefined ? returnsRows.test(sql) : statement.columns().length > 0,
      all: (parameters) => statement.all(...given(parameters)),
      run: (parameters) => statement.run(...given(parameters)),
      // A reader may stop half-way or overlap with another of the same text, so each gets its own statement.
      iterate: (parameters) => database.prepare(sql).iterate(...given(parameters)),
    }
  }
  return {
    close: () => {
      kept.clear()
      database.close()
    },
    exec: (sql) => database.exec(sql),
    prepare: (sql) => kept.use(sql, prepare),
  }
}

/** Asked only where the driver does not say it: a reader that is run returns no rows, a writer that is read changes nothing less. */
const returnsRows = /^\s*(select|with|values|pragma|explain)\b|\breturning\b/i
