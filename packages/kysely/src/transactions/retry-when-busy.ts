/** What an engine says of a failure that another writer caused. Such a failure has changed nothing. */
export interface BusyErrors {
  /** Whether another writer was in the way. */
  isBusy(error: unknown): boolean
  /** Whether the engine chose between the two, and the other one won. Otherwise, it gave up waiting for that one. */
  isConflict(error: unknown): boolean
}

const firstWaitMs = 10
const longestWaitMs = 500
/** After a wait for a lock: each try may wait as long again. */
const retriesOfWaits = 3
/** After a conflict: where writers meet at the commit, as on several nodes of a cluster, one of many wins each time. */
const retriesOfConflicts = 9

/**
 * Runs `work`, and runs it again when the engine aborted it in favour of another writer. `work` must be the whole of a change: it runs
 * again from its beginning.
 *
 * Each wait is random, up to a limit of 10 ms that doubles each time, to half a second, so that two writers that met once do not meet again.
 *
 * @param least - How many times to try again at least.
 */
export async function retryWhenBusy<T>(
  { isBusy, isConflict }: BusyErrors,
  work: () => Promise<T>,
  least = retriesOfWaits,
): Promise<T> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await work()
    } catch (error) {
      const retries = Math.max(least, isConflict(error) ? retriesOfConflicts : 0)
      if (tried >= retries || !isBusy(error)) throw error
      await wait(Math.random() * Math.min(longestWaitMs, firstWaitMs * 2 ** tried))
    }
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
