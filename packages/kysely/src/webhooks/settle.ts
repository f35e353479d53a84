import { type DeliveryOutcome, keptAttempts } from '@keywright/core/store'
import type { Insertable, Selectable, Transaction } from 'kysely'
import { sql } from 'kysely'
import type { StoreContext } from '../store/context.js'
import type { DeliveryTable, KeyTables } from '../tables/key-tables.js'
import { wholeNumberOf } from '../tables/whole-number.js'
import { isClaimOf } from './claim.js'
import { attemptsOf, heldAt, parseLog } from './delivery-row.js'

/** Rows of one statement: their logs make it long. */
const maxRows = 100

type Row = Selectable<DeliveryTable> & { readonly now: number }

/** Writes what became of deliveries that are still the worker's, and whether their endpoints fail. */
export async function settle(
  context: StoreContext,
  trx: Transaction<KeyTables>,
  worker: string,
  outcomes: readonly DeliveryOutcome[],
): Promise<void> {
  const sorted = outcomes.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const attempts: Attempt[] = []
  for (let from = 0; from < sorted.length; from += maxRows) {
    attempts.push(...(await settlePart(context, trx, worker, sorted.slice(from, from + maxRows))))
  }
  await writeFailing(context, trx, attempts)
}

/** How an attempt to send something to an endpoint ended. */
interface Attempt {
  readonly endpointId: string
  readonly at: Date
  readonly hasFailed: boolean
}

async function settlePart(
  { tables, dialect }: StoreContext,
  trx: Transaction<KeyTables>,
  worker: string,
  outcomes: readonly DeliveryOutcome[],
): Promise<readonly Attempt[]> {
  const { api_key_deliveries: table } = tables
  const ids = outcomes.map(({ id }) => id)
  // A write without effect takes the locks, before the rows are read.
  await trx
    .updateTable(table)
    .set((eb) => ({ claim: eb.ref('claim') }))
    .where('id', 'in', ids)
    .where(isClaimOf(worker))
    .execute()
  const found: readonly Row[] = await trx
    .selectFrom(table)
    .selectAll()
    .select(dialect.now.as('now'))
    .where('id', 'in', ids)
    .where(isClaimOf(worker))
    .execute()
  const rows = new Map(found.map((row) => [row.id, row]))
  const settled = outcomes.flatMap((outcome) => {
    const row = rows.get(outcome.id)
    return row === undefined ? [] : [settledRow(row, outcome)]
  })
  if (settled.length === 0) return []
  // All in one statement: it finds each row by its key, and inserts none.
  await dialect
    .orChange(trx.insertInto(table).values(settled), {
      table,
      keys: ['id'],
      changes: (_there, coming) =>
        Object.fromEntries(
          ['status', 'reason', 'attempts', 'next_at', 'claim', 'log'].map((name) => [name, coming(name)]),
        ),
    })
    .execute()
  return outcomes.flatMap(({ id, attempt, counts }) => {
    const row = rows.get(id)
    if (row === undefined || attempt === null || !counts) return []
    return [{ endpointId: row.endpoint_id, at: attempt.at, hasFailed: attempt.error !== null }]
  })
}

function settledRow(
  { now, ...row }: Row,
  { status, reason, attempt, nextInMs }: DeliveryOutcome,
): Insertable<DeliveryTable> {
  const log = attempt === null ? row.log : JSON.stringify([...parseLog(row.log), attempt].slice(-keptAttempts))
  const at = wholeNumberOf(now, 'now')
  return {
    ...row,
    // Not written, since the row is there. One that cannot be read could be refused all the same, and with it all the others.
    created_at: at,
    status,
    reason,
    attempts: attemptsOf(row) + (attempt === null ? 0 : 1),
    next_at: status === 'pending' ? at + (nextInMs ?? 0) : status === 'held' ? heldAt : null,
    claim: null,
    log,
  }
}

/** Says of endpoints whether they fail. Most of them go on as they did, and none of their rows is written. */
async function writeFailing(
  { tables, dialect }: StoreContext,
  trx: Transaction<KeyTables>,
  attempts: readonly Attempt[],
): Promise<void> {
  const inOrder = attempts.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  const recovered = new Set(inOrder.filter(({ hasFailed }) => !hasFailed).map(({ endpointId }) => endpointId))
  const last = new Map(inOrder.map(({ endpointId, hasFailed }) => [endpointId, hasFailed]))
  const failing = [...last].filter(([, hasFailed]) => hasFailed).map(([id]) => id)
  const endpoints = trx.updateTable(tables.api_key_webhooks)
  if (recovered.size > 0) {
    await endpoints
      .set({ failing_since: null })
      .where('id', 'in', [...recovered].sort())
      .where('failing_since', 'is not', null)
      .execute()
  }
  if (failing.length > 0) {
    await endpoints
      .set({ failing_since: sql<number>`${dialect.now}` })
      .where('id', 'in', failing.sort())
      .where('failing_since', 'is', null)
      .execute()
  }
}
