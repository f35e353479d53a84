import type { Sql } from '../sql/sql.js'

/** A row as the database returns it: no column has been checked. */
export type Row = Readonly<Record<string, unknown>>

/** What each of several statements returned. */
export type Rows = readonly (readonly Row[])[]

/** A change that was decided on: what is to be written, and what its caller gets once it is. */
export interface Plan<T> {
  readonly writes: readonly Sql[]
  readonly result: T
}

/** A SQLite database without interactive transactions. */
export interface Database {
  /** Reads what was committed before, all at one moment. */
  read(statements: readonly Sql[]): Promise<Rows>

  /** Writes all or nothing. */
  write(statements: readonly Sql[]): Promise<Rows>

  /**
   * Reads, decides and writes, all or nothing.
   *
   * @param plan - Must be pure, and may be called again. If somebody may have written between the reads and the writes, then so
   * that a write violates a constraint of `api_key_counters`, `api_key_requests` or `api_key_budgets`. If it throws, nothing is written.
   */
  change<T>(reads: readonly Sql[], plan: (found: Rows) => Plan<T>): Promise<T>
}
