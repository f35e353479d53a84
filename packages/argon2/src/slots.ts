/** As many hashes as may be are being made, and as many as may be are waiting. Nothing is wrong with the key: try again. */
export class HasherBusy extends Error {
  override readonly name = 'HasherBusy'
  readonly code = 'hasher_busy'

  constructor() {
    super('Too many argon2id hashes are waiting to be made')
  }
}

/** How much work there may be at a time. */
export interface SlotLimits {
  /** Pieces of work under way. */
  readonly concurrency: number
  /** Pieces of work that wait for their turn. */
  readonly maxQueue: number
}

/** Runs work in its turn; work that would wait behind a full queue is refused at once with {@link HasherBusy}. */
export function createSlots({ concurrency, maxQueue }: SlotLimits): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let taken = 0

  return async (work) => {
    if (taken < concurrency) taken += 1
    else if (waiting.length >= maxQueue) throw new HasherBusy()
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      // Handed over, not given back: a newcomer must not slip in before the one that waits.
      const next = waiting.shift()
      if (next) next()
      else taken -= 1
    }
  }
}
