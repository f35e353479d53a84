import { lruList } from './lru-list.js'

/** What is counted in one window. */
export interface WindowCount {
  /** When the window ends, on the monotonic clock. */
  readonly endsAt: number
}

/** Counts by id, in bounded memory. */
export interface WindowCounts<Count extends WindowCount> {
  /** The count of `id`, unless its window is over. Asking for it counts as use. */
  find(id: string, now: number): Count | undefined
  /** Keeps a new count, or marks the one that is kept as used. Beyond the bound, the one that was idle longest is forgotten. */
  keep(id: string, count: Count, now: number): void
  /** Forgets `count`, unless another one has taken its place. */
  drop(id: string, count: Count): void
}

/** @param most - How many counts are kept at once. */
export function windowCounts<Count extends WindowCount>(most: number): WindowCounts<Count> {
  const counts = new Map<string, Count>()
  const order = lruList()
  const isOver = (id: string | undefined, now: number): boolean =>
    id !== undefined && now >= (counts.get(id)?.endsAt ?? 0)
  return {
    find: (id, now) => {
      if (isOver(id, now)) return undefined
      order.touch(id)
      return counts.get(id)
    },
    keep: (id, count, now) => {
      counts.set(id, count)
      order.touch(id)
      // What is over makes room for others before the bound is reached: two at a time, so that no call pays for many.
      for (let left = 2; left > 0 && (order.size > most || isOver(order.oldest, now)); left -= 1) {
        counts.delete(order.removeOldest() ?? '')
      }
    },
    drop: (id, count) => {
      if (counts.get(id) === count) counts.delete(id)
    },
  }
}
