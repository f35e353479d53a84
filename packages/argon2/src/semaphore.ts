import { HasherBusy } from './hasher-busy.js'

/** How much work may be accepted at a time. */
export interface SemaphoreLimits {
  /** How many pieces of work run at a time. */
  readonly concurrency: number
  /** How many pieces of work wait for their turn. */
  readonly maxQueue: number
}

/**
 * For whom a piece of work is: names that share the queue, such as a network and a key. All work of one semaphore has as many
 * names, in the same order.
 */
export type Sharers = readonly string[]

interface Waiting {
  readonly sharers: Sharers
  start(): void
  refuse(): void
}

/**
 * Makes a function that runs work in order of arrival, within the limits. When the queue is full, whoever has less in it than
 * others takes the last place of whoever has most, so that one sharer cannot keep out another.
 *
 * @throws {@link HasherBusy}, from the function that it makes, when the queue is full.
 */
export function createSemaphore({
  concurrency,
  maxQueue,
}: SemaphoreLimits): <T>(sharers: Sharers, work: () => Promise<T>) => Promise<T> {
  const waiting: Waiting[] = []
  let running = 0

  async function queue(sharers: Sharers): Promise<void> {
    if (waiting.length >= maxQueue) {
      const index = findUnfair(waiting, sharers)
      if (index === -1) throw new HasherBusy()
      for (const { refuse } of waiting.splice(index, 1)) refuse()
    }
    await new Promise<void>((start, reject) => {
      waiting.push({ sharers, start, refuse: () => reject(new HasherBusy()) })
    })
  }

  return async (sharers, work) => {
    if (running < concurrency) running += 1
    else await queue(sharers)
    try {
      return await work()
    } finally {
      // The permit goes straight to the next in the queue, so that a newcomer cannot overtake it.
      const next = waiting.shift()
      if (next) next.start()
      else running -= 1
    }
  }
}

/**
 * The place of the last work of the sharer that has most in the queue, where a newcomer would still have less than it; `-1`: all
 * have their share.
 */
function findUnfair(waiting: readonly Waiting[], newcomer: Sharers): number {
  for (const [kind, name] of newcomer.entries()) {
    const counts = new Map<string | undefined, number>()
    for (const { sharers } of waiting) counts.set(sharers[kind], (counts.get(sharers[kind]) ?? 0) + 1)
    const [greediest, most] = [...counts].reduce((one, other) => (other[1] > one[1] ? other : one), [name, 0])
    if (most > (counts.get(name) ?? 0) + 1) return waiting.findLastIndex(({ sharers }) => sharers[kind] === greediest)
  }
  return -1
}
