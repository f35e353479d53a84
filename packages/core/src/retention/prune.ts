import { InvalidOptions, ScopeExceedsActor } from '../errors/index.js'
import { checkActor, checkContext } from '../input/index.js'
import { organizationRun } from '../outage/index.js'
import { type DaysAnswer, dayMs, type StoreRetention, wrapStoreErrors } from '../store/index.js'
import type { Pruning, RetentionParts } from './parts.js'
import { countOldRecords, pruneLog } from './prune-log.js'
import {
  type BrokenLog,
  type PruneOptions,
  type PruneOrder,
  type PruneQuery,
  type PruneResult,
  readPrune,
} from './prune-query.js'

/** Rows of one transaction: it is over before another writer would notice. */
const atOnce = 300

type Counts = { -readonly [K in Exclude<keyof PruneResult, 'broken'>]: number } & { readonly broken: BrokenLog[] }

/** See `Keyring.prune`. */
export async function prune(parts: RetentionParts, query: PruneQuery, options: PruneOptions): Promise<PruneResult> {
  const order = readPrune(query, options)
  const actor = checkActor(options)
  // It is about all organizations, and a key is of one.
  if (actor.type === 'key') throw new ScopeExceedsActor('actor', ['the pruning of all organizations'])
  const retention = requireRetention(parts)
  const now = await wrapStoreErrors(parts.store.now())
  const context = checkContext(options)
  const { tell, each } = organizationRun(parts.store, order.onProgress)
  const pruning = { ...parts, retention, now, actor, context, tell }
  const counts: Counts = { records: 0, broken: [], hours: 0, tombstones: 0, ids: 0 }
  const failures = await each(retention, (organizationId) =>
    (order.dryRun ? countOld : pruneOrganization)(pruning, organizationId, order, counts),
  )
  if (!order.dryRun) {
    counts.ids = await inChunks((limit) => retention.forgetIds(limit), told(pruning, 'ids', null))
  }
  if (failures.length > 0) throw failures[0]
  return counts
}

function requireRetention({ store }: RetentionParts): StoreRetention {
  if (store.retention !== undefined) return store.retention
  const message =
    'Option store must be one that can remove what is old, such as kyselyStore(db): this one has no retention.'
  throw new InvalidOptions('store', 'a key store with retention', message)
}

async function pruneOrganization(
  pruning: Pruning,
  organizationId: string,
  order: PruneOrder,
  counts: Counts,
): Promise<void> {
  const { retention } = pruning
  if (order.audit !== null) {
    const { records, fault } = await pruneLog(pruning, organizationId, order.audit)
    counts.records += records
    if (fault !== null) counts.broken.push({ organizationId, problem: fault.problem, seq: fault.seq })
  }
  const { hoursBefore, deletedBefore } = instantsOf(pruning, order)
  if (hoursBefore !== null) counts.hours += await addUpDays(pruning, organizationId, hoursBefore)
  if (deletedBefore !== null) {
    counts.tombstones += await inChunks(
      (limit) => retention.removeTombstones({ organizationId, before: deletedBefore, limit }),
      told(pruning, 'tombstones', organizationId),
    )
  }
}

async function countOld(pruning: Pruning, organizationId: string, order: PruneOrder, counts: Counts): Promise<void> {
  if (order.audit !== null) {
    counts.records += await countOldRecords(pruning, organizationId, order.audit.olderThanMs)
  }
  const old = { organizationId, ...instantsOf(pruning, order) }
  const { hours, tombstones } = await wrapStoreErrors(pruning.retention.countOld(old))
  counts.hours += hours
  counts.tombstones += tombstones
}

function instantsOf(
  { now }: Pruning,
  { usageOlderThanMs, tombstonesOlderThanMs }: PruneOrder,
): { readonly hoursBefore: Date | null; readonly deletedBefore: Date | null } {
  const before = (ms: number) => now.getTime() - ms
  return {
    hoursBefore: usageOlderThanMs === null ? null : new Date(Math.floor(before(usageOlderThanMs) / dayMs) * dayMs),
    deletedBefore: tombstonesOlderThanMs === null ? null : new Date(before(tombstonesOlderThanMs)),
  }
}

async function addUpDays({ retention, tell }: Pruning, organizationId: string, before: Date): Promise<number> {
  let sum = 0
  let from: Date | null = null
  do {
    const { hours, next }: DaysAnswer = await wrapStoreErrors(
      retention.addUpDays({ organizationId, from, before, limit: atOnce }),
    )
    if (hours > 0) tell({ step: 'hours', organizationId, count: hours })
    sum += hours
    from = next
  } while (from !== null)
  return sum
}

async function inChunks(remove: (limit: number) => Promise<number>, tell: (count: number) => void): Promise<number> {
  let sum = 0
  for (;;) {
    const count = await wrapStoreErrors(remove(atOnce))
    if (count > 0) tell(count)
    sum += count
    if (count < atOnce) return sum
  }
}

function told({ tell }: Pruning, step: 'tombstones' | 'ids', organizationId: string | null): (count: number) => void {
  return (count) => tell({ step, organizationId, count })
}
