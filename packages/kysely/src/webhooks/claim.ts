import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Dialect } from '../dialect/dialect.js'
import type { StoreContext } from '../store/context.js'
import type { KeyTables } from '../tables/key-tables.js'

/** The most rows that one call takes: engines bound the parameters of a statement. */
export const mostClaimed = 5_000

/** The clock, read once a statement: an engine would read it anew for each row, and could not look into an index for it. */
export function onceNow({ now }: Dialect): RawBuilder<number> {
  return sql<number>`(select ${now})`
}

/** So many milliseconds from now. */
export function fromNow({ now }: Dialect, ms: number): RawBuilder<number> {
  return sql<number>`${now} + ${ms}`
}

const callLength = 16

/** What a call writes to what it takes: whose it is, and which call of it was first, as two of one worker may meet. */
export function newClaim(worker: string): string {
  return `${crypto.randomUUID().replaceAll('-', '').slice(0, callLength)}.${worker}`
}

/** Whether a row is still a worker's. */
export function isClaimOf(worker: string): RawBuilder<boolean> {
  return sql<boolean>`substr(claim, ${sql.lit(callLength + 2)}) = ${worker}`
}

/** What to take, for whom, and for how long. */
interface Take {
  readonly ids: readonly string[]
  readonly worker: string
  readonly leaseMs: number
}

/**
 * Takes rows that are due, and reads those that it got. The update compares and sets: of several callers that chose the same rows,
 * each row goes to the one whose update came first, since it is no longer due for the others, which waited for its lock.
 */
export function take<T>(
  { tables, dialect, transaction }: StoreContext,
  table: 'api_key_events' | 'api_key_deliveries',
  { ids, worker, leaseMs }: Take,
  read: (trx: Transaction<KeyTables>, claim: string, sorted: readonly string[]) => Promise<T>,
): Promise<T> {
  const claim = newClaim(worker)
  const sorted = ids.toSorted()
  return transaction(async (trx) => {
    // "+ 0" keeps engines from finding the rows by when they are due: that index is where other callers hold locks.
    await sql`update ${sql.table(tables[table])} set claim = ${claim}, next_at = ${fromNow(dialect, leaseMs)}
      where id in (${sql.join(sorted)}) and next_at + 0 <= ${onceNow(dialect)}`.execute(trx)
    return read(trx, claim, sorted)
  })
}
