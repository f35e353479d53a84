import { lruList } from '../limits/index.js'
import type { Found } from '../store/index.js'
import { deepCopy, freezeDeep, type MaybePromise, type Moment, momentNow, msSince } from '../values/index.js'
import type { BoundedCache, Kept, Read } from './reader-types.js'

/** Keys that are kept at once: the one that was idle longest goes first. */
const maxKept = 10_000

/**
 * Makes a cache over `read`, not used at first. What it answers was true at some moment in the last `ttlMs`, or since the
 * question was asked: an entry ends `ttlMs` after its read *began*, and is never served beyond that, whatever fails.
 * Keys that are not there are not kept.
 */
export function boundedCache(read: (id: string) => MaybePromise<Found | null>, ttlMs: number): BoundedCache {
  const entries = new Map<string, Kept>()
  const reads = new Map<string, Read>()
  const order = lruList()
  let isUsed = false

  function start(id: string): Promise<Found | null> {
    const startedAt = momentNow()
    const finding = Promise.resolve(read(id))
    // Forgotten meanwhile, or begun before another: it may say what is no longer so.
    const isLatest = () => reads.get(id) === own
    const settled = finding
      .then((found) => {
        if (isLatest() && found?.record?.id === id) keep(found, startedAt)
      })
      .catch(() => {}) // told to whoever asked; what cannot be copied is not kept
      .then(() => {
        if (isLatest()) reads.delete(id)
      })
    const own: Read = { startedAt, settled, next: null }
    reads.set(id, own)
    return finding
  }

  function keep({ record, now }: Found, readAt: Moment): void {
    const before = entries.get(record.id)
    // What has ended stays so, even if a store should answer from its past.
    if (before !== undefined && isOver(before) && !isOver({ record })) return
    // A copy that nobody can change, for it answers many.
    entries.set(record.id, { record: freezeDeep(deepCopy(record)), now, readAt, isCurrent: true })
    order.touch(record.id)
    if (order.size > maxKept) entries.delete(order.removeOldest() ?? '')
  }

  return {
    find(id) {
      if (!isUsed) return read(id)
      const kept = entries.get(id)
      const ageMs = kept?.isCurrent ? msSince(kept.readAt) : ttlMs
      if (kept !== undefined && ageMs < ttlMs) {
        order.touch(id)
        return { record: kept.record, now: new Date(kept.now.getTime() + Math.ceil(ageMs)) }
      }
      const running = reads.get(id)
      // One that takes so long may never end: nobody waits for it any more.
      if (running === undefined || msSince(running.startedAt) >= ttlMs) return start(id)
      // It began before this question was asked. All who ask meanwhile share the one after it.
      running.next ??= running.settled.then(() => start(id))
      return running.next
    },

    forget(id) {
      reads.delete(id)
      const kept = entries.get(id)
      if (kept !== undefined) kept.isCurrent = false
    },

    use(next) {
      isUsed = next
      reads.clear()
      entries.clear()
    },
  }
}

function isOver({ record }: Pick<Found, 'record'>): boolean {
  return record.status === 'revoked' || record.status === 'deleted'
}
