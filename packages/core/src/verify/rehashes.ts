import { lruList } from '../limits/index.js'

/** Keeps many requests with one key from renewing its hash many times. */
export interface Rehashes {
  /** Whether it is this caller's turn: one a key and minute, whatever came of it. */
  take(keyId: string): boolean
}

const pauseMs = 60_000
/** Keys that are remembered at once. */
const maxKept = 10_000

/** Makes {@link Rehashes}, with nothing begun yet. */
export function rehashes(): Rehashes {
  const begun = new Map<string, number>()
  const order = lruList()
  return {
    take: (keyId) => {
      const before = begun.get(keyId)
      if (before !== undefined && performance.now() - before < pauseMs) return false
      begun.set(keyId, performance.now())
      order.touch(keyId)
      if (order.size > maxKept) begun.delete(order.removeOldest() ?? '')
      return true
    },
  }
}
