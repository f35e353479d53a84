import type { SqliteStatement } from 'kysely'

/** How many prepared statements are kept: those of a keyring, and the host's own. */
const maxKept = 100

/**
 * Prepared statements by their text; beyond 100, the least recently used is dropped. Kysely prepares each time, and preparing takes
 * longer than reading a row by its key.
 */
export class KeptStatements {
  readonly #kept = new Map<string, SqliteStatement>()

  /** The statement of this text, which `prepare` makes if it is not kept. */
  use(sql: string, prepare: (sql: string) => SqliteStatement): SqliteStatement {
    const statement = this.#kept.get(sql) ?? prepare(sql)
    this.#kept.delete(sql)
    this.#kept.set(sql, statement)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > maxKept && oldest !== undefined) this.#kept.delete(oldest)
    return statement
  }

  drop(sql: string): void {
    this.#kept.delete(sql)
  }

  clear(): void {
    this.#kept.clear()
  }
}
