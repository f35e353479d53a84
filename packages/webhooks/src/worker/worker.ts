import { withDeadline } from '@keywright/core/adapter'
import type { ClaimedDelivery } from '@keywright/core/store'
import { type Alarm, alarm, jittered } from './alarm.js'
import { type Attempted, postponedBy } from './attempt.js'
import type { WorkerParts } from './parts.js'
import { routeDueEvents } from './router.js'
import { runner } from './runner.js'
import { shareOf } from './share.js'

/** Sends what is due, until it is closed. */
export interface Worker {
  start(): void
  /** Looks for work now. */
  wake(): void
  /** Sends what is due now, and what that leads to. Returns how many attempts were made. */
  drain(): Promise<number>
  /** The events under way that only test an endpoint. */
  readonly testing: ReadonlyMap<string, ClaimedDelivery>
  /** Sends one of those. */
  test(claimed: ClaimedDelivery): Promise<Attempted>
  /** Starts nothing new, and waits for what is on its way, at most `ms`. What is left is another worker's after the lease. */
  close(ms: number): Promise<void>
}

/** How a worker shares its time. */
export interface WorkerOptions {
  /** How long an idle worker waits before it looks again. */
  readonly pollMs: number
  /** How many attempts are on their way at once. */
  readonly concurrency: number
}

const perEndpoint = 4
const longestPauseMs = 30_000

/** What the store refuses is told as `webhooks.unavailable`, and tried again. */
export function worker(parts: WorkerParts, { pollMs, concurrency }: WorkerOptions): Worker {
  const { store, leaseMs } = parts
  const failed = (error: unknown): void => parts.emit({ type: 'webhooks.unavailable', error })
  const [routing, sending] = [alarm(), alarm()]
  const { running, testing, run, test, attempts, beat, abandon } = runner(parts, failed, sending.wake)
  let isOpen = true
  let loops: Promise<unknown> | null = null

  const route = async (): Promise<boolean> => {
    const found = await routeDueEvents(parts, failed)
    if (found > 0) sending.wake()
    return found > 0
  }

  /** Takes what is due, as far as there is room. Returns whether there was anything. */
  const send = async (): Promise<boolean> => {
    const limit = concurrency - running.size
    if (limit <= 0) return false
    const taken = [...running.values()].map(({ endpoint }) => endpoint)
    const request = { worker: parts.worker, leaseMs, perEndpoint }
    const claimedAt = performance.now()
    const claimed = await shareOf({ taken, limit, concurrency }, (share) =>
      store.claimDeliveries({ ...request, ...share }),
    )
    // One that is on its way here was late, and somebody could have had it: it ends as it ends.
    const fresh = claimed.filter(({ delivery }) => !running.has(delivery.id))
    if (!isOpen) {
      const back = fresh.map((one) => postponedBy(one, 0).outcome)
      if (back.length > 0) await store.settle(parts.worker, back)
      return false
    }
    for (const one of fresh) run(one, claimedAt).catch(failed)
    return fresh.length > 0
  }

  const work = (look: () => Promise<boolean>, pause: Alarm): Promise<void> =>
    repeat(look, pause, { pollMs, failed, isOpen: () => isOpen })

  return {
    testing,
    start: () => {
      beat()
      loops ??= Promise.all([work(route, routing), work(send, sending)])
    },
    wake: () => {
      routing.wake()
      sending.wake()
    },
    drain: async () => {
      beat()
      const before = attempts()
      while (isOpen && ((await route()) || (await send()) || running.size > 0)) {
        if (running.size > 0) await sending.wait(pollMs)
      }
      return attempts() - before
    },
    test: (claimed) => {
      beat()
      return test(claimed)
    },
    close: async (ms) => {
      isOpen = false
      routing.stop()
      sending.stop()
      const until = performance.now() + ms
      while (running.size + testing.size > 0 && performance.now() < until) await sending.wait(Math.min(ms, 100))
      abandon()
      if (loops !== null) await withDeadline(loops, Math.max(until - performance.now(), 100)).catch(() => {})
    },
  }
}

/** Looks again and again: at once where there was something, else after a while, and later and later while the store fails. */
async function repeat(
  look: () => Promise<boolean>,
  { wait }: Alarm,
  {
    pollMs,
    failed,
    isOpen,
  }: { readonly pollMs: number; readonly failed: (error: unknown) => void; readonly isOpen: () => boolean },
): Promise<void> {
  let pauseMs = pollMs
  while (isOpen()) {
    try {
      const isBusy = await look()
      pauseMs = pollMs
      if (isOpen() && !isBusy) await wait(jittered(pollMs))
    } catch (error) {
      failed(error)
      if (isOpen()) await wait(jittered(pauseMs), { deaf: true })
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
  }
}
