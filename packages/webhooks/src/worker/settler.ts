import type { DeliveryOutcome } from '@keywright/core/store'
import { alarm } from './alarm.js'
import type { WorkerParts } from './parts.js'

/** Writes what became of deliveries, those that end at the same time together. */
export interface Settler {
  /** Resolves when it was written, or will not be any more. Never rejects. */
  settle(outcome: DeliveryOutcome): Promise<void>
  /** Writes nothing more. */
  abandon(): void
}

const pauseMs = 1_000

/** @param failed - Told each time that the store does not take outcomes. */
export function settler(
  { store, worker, leaseMs }: Pick<WorkerParts, 'store' | 'worker' | 'leaseMs'>,
  failed: (error: unknown) => void,
): Settler {
  let waiting: { readonly outcome: DeliveryOutcome; readonly done: () => void }[] = []
  let isWriting = false
  let isAbandoned = false
  const pause = alarm()

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      await writeInTime(batch.map(({ outcome }) => outcome))
      for (const { done } of batch) done()
    }
    isWriting = false
  }

  /** After the lease, somebody else has the deliveries, and sends them again. */
  const writeInTime = async (outcomes: readonly DeliveryOutcome[]): Promise<void> => {
    const until = performance.now() + leaseMs
    while (!isAbandoned) {
      try {
        return await store.settle(worker, outcomes)
      } catch (error) {
        failed(error)
        if (performance.now() + pauseMs > until) return
        await pause.wait(pauseMs)
      }
    }
  }

  return {
    settle: (outcome) =>
      new Promise((done) => {
        waiting.push({ outcome, done })
        if (isWriting) return
        isWriting = true
        // After this turn, in which others may end as well.
        setImmediate(() => void write())
      }),
    abandon: () => {
      isAbandoned = true
      pause.stop()
    },
  }
}
