import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { isSqliteBusy } from './busy.js'

/** What {@link libsqlDatabase} needs of libsql's `Database`. */
export interface LibsqlDatabase extends SqliteDatabase {
  exec(sql: string): unknown
}

/** Statements that are kept: those of a keyring, and a host's own. What is used least gives way. */
const maxKept = 100

/**
 * Makes a `libsql` database safe to share: pass what this returns to Kysely's `SqliteDialect`.
 *
 * libsql (0.5.29 and before) leaves a write half-way that fails because another connection is writing. Until the garbage
 * collector finds it, that connection can commit nothing, and reads what was there at that time: it would go on accepting a
 * key that another process has revoked.
 *
 * Prepared statements are kept, up to {@link maxKept}: preparing one takes longer than reading a row by its key, and Kysely
 * prepares each time.
 *
 * @see {@link https://github.com/tursodatabase/libsql-js/pull/238 | tursodatabase/libsql-js#238}
 */
export function libsqlDatabase(database: LibsqlDatabase): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>()

  const keep = (sql: string, statement: SqliteStatement): SqliteStatement => {
    kept.delete(sql)
    kept.set(sql, statement)
    const [oldest] = kept.keys()
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest)
    return statement
  }

  const prepare = (sql: string): SqliteStatement => {
    const statement = database.prepare(sql)
    const endingWell = <T>(parameters: readonly unknown[], run: () => T): T => {
      try {
        return run()
      } catch (error) {
        kept.delete(sql)
        if (isSqliteBusy(error) && !endsTransaction.test(sql)) end(database, statement, parameters)
        throw error
      }
    }
    return {
      reader: statement.reader,
      all: (parameters) => endingWell(parameters, () => statement.all(parameters)),
      run: (parameters) => endingWell(parameters, () => statement.run(parameters)),
      // Who stops half-way leaves it open, and others may ask the same meanwhile: a statement of its own.
      iterate: (parameters) => database.prepare(sql).iterate(parameters),
    }
  }

  return {
    close: () => {
      kept.clear()
      database.close()
    },
    prepare: (sql) => keep(sql, kept.get(sql) ?? prepare(sql)),
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
