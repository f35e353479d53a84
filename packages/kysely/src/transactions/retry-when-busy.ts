const firstWaitMs = 10

/**
 * Runs `work`, and runs it again when the engine aborted it in favour of another writer. Such a failure has changed nothing,
 * so `work` must be the whole of a change: it runs again from its beginning.
 *
 * @param retries - How many times to try again. Each wait is random, up to a limit of 10 ms that doubles each time, so that
 * two writers that met once do not meet again.
 */
export async function retryWhenBusy<T>(
  isBusy: (error: unknown) => boolean,
  work: () => Promise<T>,
  retries = 3,
): Promise<T> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await work()
    } catch (error) {
      if (tried === retries || !isBusy(error)) throw error
      await wait(Math.random() * firstWaitMs * 2 ** tried)
    }
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
