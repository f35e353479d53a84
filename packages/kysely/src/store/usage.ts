import type { KeyRefusals, KeyStore, KeyUsage, PreviousUse } from '@keywright/core/store'
import { sql, type Transaction } from 'kysely'
import { moveLastUses } from '../dialect/move-last-uses.js'
import { greater } from '../tables/greater.js'
import type { KeyTables, LastUseTable, PreviousUseTable, RefusalTable, UsageTable } from '../tables/key-tables.js'
import { wholeNumberOf } from '../tables/whole-number.js'
import type { StoreContext } from './context.js'

/** For how long a repeated batch is recognised. A process gives up sending it again long before that. */
export const batchMemoryMs = 86_400_000
/** The batches of so long are forgotten at a time: after a pause there could be many. */
const forgottenMs = 60_000
/** Rows of one statement: engines bound its parameters. */
const maxRows = 500

/** Counts how often keys were used, and refused. */
export function usageMethods(context: StoreContext): Pick<KeyStore, 'recordUsage'> {
  const { transaction } = context
  return {
    async recordUsage(batchId, uses, refusals = [], previous = []) {
      const rows = rowsOf(uses)
      const refused = refusalsOf(refusals)
      const { now, oldest } = await transaction(async (trx) => {
        const batch = await claimBatch(context, trx, batchId)
        if (!batch.isNew) return batch
        await inParts(rows, (some) => addUses(context, trx, some))
        await inParts(lastUsesOf(rows), (some) => moveLastUses(trx, context, some))
        await inParts(previousOf(previous), (some) => movePreviousUses(context, trx, some))
        await inParts(refused, (some) => addRefusals(context, trx, some))
        return batch
      })
      if (oldest < now - batchMemoryMs)
        await forgetBatches(context, Math.min(now - batchMemoryMs, oldest + forgottenMs))
      // Drivers of SQLite answer at once, so that all batches together would be one turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

/** Writes rows, as many at a time as fit into a statement. */
async function inParts<R>(rows: readonly R[], write: (some: readonly R[]) => Promise<void>): Promise<void> {
  for (let at = 0; at < rows.length; at += maxRows) await write(rows.slice(at, at + maxRows))
}

interface Batch {
  readonly isNew: boolean
  readonly now: number
  /** When the oldest batch came that is remembered. */
  readonly oldest: number
}

/** Records a batch. If it is sent twice at the same time, the second waits here for the first, and is not new. */
async function claimBatch({ tables, dialect }: StoreContext, trx: Transaction<KeyTables>, id: string): Promise<Batch> {
  const claim = crypto.randomUUID()
  const batch = { id, at: dialect.now, claim }
  const batches = tables.api_key_usage_batches
  await dialect.orKeep(trx.insertInto(batches).values(batch), 'id').execute()
  const row = await trx
    .selectFrom(batches)
    .select([
      'claim',
      'at',
      sql<number>`(select min(all_of_them.at) from ${sql.table(batches)} as all_of_them)`.as('oldest'),
    ])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return { isNew: row.claim === claim, now: wholeNumberOf(row.at, 'at'), oldest: wholeNumberOf(row.oldest, 'at') }
}

/** Adds to hours that are there, or makes them. It locks no key: changes of keys do not wait for it. */
async function addUses(
  { tables, dialect }: StoreContext,
  trx: Transaction<KeyTables>,
  rows: readonly UsageTable[],
): Promise<void> {
  await dialect
    .orChange(dialect.insertRows(trx, tables.api_key_usage, rows), {
      table: tables.api_key_usage,
      keys: ['organization_id', 'key_id', 'hour'],
      changes: (there, coming) => ({
        count: sql`${there('count')} + ${coming('count')}`,
        last_used_at: greater(there('last_used_at'), coming('last_used_at')),
      }),
    })
    .execute()
}

/** The later use stays: of two tokens before a rotation, the newer one was used later. */
async function movePreviousUses(
  { tables, dialect }: StoreContext,
  trx: Transaction<KeyTables>,
  rows: readonly PreviousUseTable[],
): Promise<void> {
  await dialect
    .orChange(dialect.insertRows(trx, tables.api_key_previous_uses, rows), {
      table: tables.api_key_previous_uses,
      keys: ['key_id'],
      // In this order: MySQL sees what it has written before.
      changes: (there, coming) => ({
        until: sql`case when ${coming('last_used_at')} >= ${there('last_used_at')} then ${coming('until')} else ${there('until')} end`,
        last_used_at: greater(there('last_used_at'), coming('last_used_at')),
      }),
    })
    .execute()
}

/** One row for each key, in the same order everywhere. */
function previousOf(uses: readonly PreviousUse[]): readonly PreviousUseTable[] {
  const rows = new Map<string, PreviousUseTable>()
  for (const { keyId, until, lastUsedAt } of uses) {
    const row = { key_id: keyId, until: until.getTime(), last_used_at: lastUsedAt.getTime() }
    if (row.last_used_at >= (rows.get(keyId)?.last_used_at ?? 0)) rows.set(keyId, row)
  }
  return [...rows.values()].sort((a, b) => inOrder(a.key_id, b.key_id))
}

/** Adds to refusals that are there, or makes them. */
async function addRefusals(
  { tables, dialect }: StoreContext,
  trx: Transaction<KeyTables>,
  rows: readonly RefusalTable[],
): Promise<void> {
  await dialect
    .orChange(dialect.insertRows(trx, tables.api_key_refusals, rows), {
      table: tables.api_key_refusals,
      keys: ['organization_id', 'key_id', 'hour', 'code'],
      changes: (there, coming) => ({ count: sql`${there('count')} + ${coming('count')}` }),
    })
    .execute()
}

/** One row for each key, hour and code, in the same order everywhere. */
function refusalsOf(refusals: readonly KeyRefusals[]): readonly RefusalTable[] {
  const rows = new Map<string, RefusalTable>()
  for (const { organizationId, keyId, hour, code, count } of refusals) {
    const row = { organization_id: organizationId, key_id: keyId, hour: hour.getTime(), code }
    const name = JSON.stringify(Object.values(row))
    rows.set(name, { ...row, count: count + (rows.get(name)?.count ?? 0) })
  }
  return [...rows.values()].sort(
    (a, b) =>
      inOrder(a.organization_id, b.organization_id) ||
      inOrder(a.key_id, b.key_id) ||
      inOrder(a.hour, b.hour) ||
      inOrder(a.code, b.code),
  )
}

/** One row for each key, in the same order everywhere. */
function lastUsesOf(rows: ReturnType<typeof rowsOf>): readonly LastUseTable[] {
  const last = new Map<string, LastUseTable>()
  for (const { key_id, organization_id, last_used_at } of rows) {
    const at = Math.max(last_used_at, last.get(key_id)?.last_used_at ?? 0)
    last.set(key_id, { key_id, organization_id, last_used_at: at })
  }
  return [...last.values()].sort((a, b) => inOrder(a.key_id, b.key_id))
}

/**
 * Forgets batches from before an instant. Not within the transaction: an engine may look at rows that others have locked, and
 * those may wait for hours that this one has counted.
 */
async function forgetBatches({ db, tables, retrying }: StoreContext, before: number): Promise<void> {
  const forget = db.deleteFrom(tables.api_key_usage_batches).where('at', '<', before)
  // The uses are written. What is left behind is forgotten with a later batch.
  await retrying(() => forget.execute()).catch(() => {})
}

/** One row for each key and hour, in the same order everywhere, so that two batches cannot deadlock. */
function rowsOf(uses: readonly KeyUsage[]): readonly (UsageTable & { readonly last_used_at: number })[] {
  const rows = new Map<string, UsageTable & { last_used_at: number }>()
  for (const use of uses) {
    const row = { organization_id: use.organizationId, key_id: use.keyId, hour: use.hour.getTime() }
    const name = JSON.stringify(Object.values(row))
    const same = rows.get(name)
    rows.set(name, {
      ...row,
      count: (same?.count ?? 0) + use.count,
      last_used_at: Math.max(same?.last_used_at ?? 0, use.lastUsedAt.getTime()),
    })
  }
  return [...rows.values()].sort(
    (a, b) => inOrder(a.organization_id, b.organization_id) || inOrder(a.key_id, b.key_id) || inOrder(a.hour, b.hour),
  )
}

function inOrder<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}
