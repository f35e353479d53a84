import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { isSqliteBusy } from './busy.js'

/** What {@link libsqlDatabase} needs of libsql's `Database`. */
export interface LibsqlDatabase extends SqliteDatabase {
  exec(sql: string): unknown
}

/**
 * Makes a `libsql` database safe to share: pass what this returns to Kysely's `SqliteDialect`.
 *
 * libsql (0.5.29 and before) leaves a write half-way that fails because another connection is writing. Until the garbage
 * collector finds it, that connection can commit nothing, and reads what was there at that time: it would go on accepting a
 * key that another process has revoked.
 *
 * @see {@link https://github.com/tursodatabase/libsql-js/pull/238 | tursodatabase/libsql-js#238}
 */
export function libsqlDatabase(database: LibsqlDatabase): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare: (sql) => {
      const statement = database.prepare(sql)
      const endingWell = <T>(parameters: readonly unknown[], run: () => T): T => {
        try {
          return run()
        } catch (error) {
          if (isSqliteBusy(error) && !endsTransaction.test(sql)) end(database, statement, parameters)
          throw error
        }
      }
      return {
        reader: statement.reader,
        all: (parameters) => endingWell(parameters, () => statement.all(parameters)),
        run: (parameters) => endingWell(parameters, () => statement.run(parameters)),
        iterate: (parameters) => statement.iterate(parameters),
      }
    },
  }
}

// Run again, these could do what they were reported not to have done; they hold no lock of their own.
const endsTransaction = /^\s*(commit|end|release|rollback)\b/i

/** Lets a statement that is half-way fail for good: libsql has no other way to reset one. */
function end(database: LibsqlDatabase, statement: SqliteStatement, parameters: readonly unknown[]): void {
  // SQLite refuses a write under query_only before it does, or waits for, anything.
  database.exec('pragma query_only = on')
  try {
    statement.run(parameters)
  } catch {
    // As it should.
  } finally {
    database.exec('pragma query_only = off')
  }
}
