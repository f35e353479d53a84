const firstWaitMs = 10

/**
 * Runs `work` again where the engine gave way to another writer. Such a failure has changed nothing, so that the whole of
 * `work`, and no less, may run again (FI-8).
 *
 * @param retries - How often; each wait is a random part of twice the one before, from 10 ms on, so that two who met once do
 * not meet again.
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
