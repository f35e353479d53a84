import type { ClaimedDelivery } from '@keywright/core/store'
import { alarm, jittered } from './alarm.js'
import type { Attempted } from './attempt.js'
import type { WorkerParts } from './parts.js'
import { routeEvents } from './route-events.js'
import { runner } from './runner.js'

/** Sends what is due, until it is closed. */
export interface Worker {
  start(): void
  /** Looks for work now. */
  wake(): void
  /** Sends what is due now, and what that leads to. Returns how many attempts were made. */
  drain(): Promise<number>
  /** Sends one that was claimed for it alone. */
  send(claimed: ClaimedDelivery): Promise<Attempted>
  /** Starts nothing new, and waits for what is on its way, at most `ms`. */
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
const eventsAtOnce = 100
const longestPauseMs = 30_000

/** What the store refuses is told as `webhooks.unavailable`, and tried again. */
export function worker(parts: WorkerParts, { pollMs, concurrency }: WorkerOptions): Worker {
  const { store, leaseMs } = parts
  const failed = (error: unknown): void => parts.emit({ type: 'webhooks.unavailable', error })
  const { wake, stop, wait } = alarm()
  const { running, run, attempts, beat, rest } = runner(parts, failed, wake)
  let isOpen = true
  let loop: Promise<void> | null = null

  /** One look at the queue. Returns whether there was anything. */
  const look = async (): Promise<boolean> => {
    const found = await store.claimEvents({ worker: parts.worker, limit: eventsAtOnce, leaseMs })
    if (found.events.length > 0) await store.queue(parts.worker, await routeEvents(parts, found))
    const limit = concurrency - running.size
    if (limit <= 0) return found.events.length > 0
    const claimedAt = performance.now()
    const taken = countByEndpoint(running)
    const claimed = await store.claimDeliveries({ worker: parts.worker, limit, leaseMs, perEndpoint, taken })
    // One that is on its way here was late, and somebody could have had it: it ends as it ends.
    const fresh = claimed.filter(({ delivery }) => !running.has(delivery.id))
    for (const one of fresh) run(one, claimedAt).catch(failed)
    return found.events.length > 0 || fresh.length > 0
  }

  const work = async (): Promise<void> => {
    let pauseMs = pollMs
    while (isOpen) {
      try {
        const isBusy = await look()
        pauseMs = pollMs
        if (isOpen && (!isBusy || running.size >= concurrency)) await wait(jittered(pollMs))
      } catch (error) {
        failed(error)
        if (isOpen) await wait(jittered(pauseMs), { deaf: true })
        pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      }
    }
  }

  return {
    start: () => {
      beat()
      loop ??= work()
    },
    wake,
    drain: async () => {
      beat()
      const before = attempts()
      while (isOpen && ((await look()) || running.size > 0)) if (running.size > 0) await wait(pollMs)
      return attempts() - before
    },
    send: (claimed) => {
      beat()
      return run(claimed, performance.now(), true)
    },
    close: async (ms) => {
      isOpen = false
      stop()
      const until = performance.now() + ms
      while (running.size > 0 && performance.now() < until) await wait(Math.min(ms, 100))
      rest()
      await loop
    },
  }
}

function countByEndpoint(running: ReadonlyMap<string, ClaimedDelivery>): ReadonlyMap<string, number> {
  const taken = new Map<string, number>()
  for (const { endpoint } of running.values()) taken.set(endpoint.id, (taken.get(endpoint.id) ?? 0) + 1)
  return taken
}
