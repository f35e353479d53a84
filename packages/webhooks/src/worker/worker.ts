import type { ClaimedDelivery } from '@keywright/core/store'
import { type Attempted, attempt, postponedBy } from './attempt.js'
import { hostBreaker } from './host-breaker.js'
import type { WorkerParts } from './parts.js'
import { routeEvents } from './route-events.js'
import { settler } from './settler.js'
import { stopEndpoint } from './stop-endpoint.js'

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

/** @throws nothing: what the store refuses is told as `webhooks.unavailable`, and tried again. */
export function worker(parts: WorkerParts, { pollMs, concurrency }: WorkerOptions): Worker {
  const { store, leaseMs, emit } = parts
  const running = new Map<string, ClaimedDelivery>()
  const breaker = hostBreaker()
  const failed = (error: unknown): void => emit({ type: 'webhooks.unavailable', error })
  const { settle } = settler(parts, failed)
  const alarm = wakeable()
  let isOpen = true
  let loop: Promise<void> | null = null
  let attempts = 0

  const counts = (): Map<string, number> => {
    const taken = new Map<string, number>()
    for (const { endpoint } of running.values()) taken.set(endpoint.id, (taken.get(endpoint.id) ?? 0) + 1)
    return taken
  }

  const run = async (claimed: ClaimedDelivery, claimedAt: number, once = false): Promise<Attempted> => {
    running.set(claimed.delivery.id, claimed)
    const { host } = new URL(claimed.endpoint.url)
    try {
      const blockedMs = once ? 0 : breaker.blockedMs(host)
      if (blockedMs > 0) {
        await store.postpone([claimed.endpoint.id], blockedMs).catch(failed)
        const spared = postponedBy(claimed, blockedMs)
        await settle(spared.outcome)
        return spared
      }
      const attempted = await attempt(parts, claimed, { once, claimedAt })
      if (attempted.result !== null) {
        attempts += 1
        breaker.learn(host, attempted.result)
      }
      await settle(attempted.outcome)
      if (attempted.stop !== null) await stopEndpoint(parts, claimed.endpoint, attempted.stop)
      return attempted
    } finally {
      running.delete(claimed.delivery.id)
      alarm.wake()
    }
  }

  /** One look at the queue. Returns whether there was anything. */
  const look = async (): Promise<boolean> => {
    const found = await store.claimEvents({ worker: parts.worker, limit: eventsAtOnce, leaseMs })
    if (found.events.length > 0) await store.queue(parts.worker, await routeEvents(parts, found))
    const limit = concurrency - running.size
    if (limit <= 0) return found.events.length > 0
    const claimedAt = performance.now()
    const claims = { worker: parts.worker, limit, leaseMs, perEndpoint, taken: counts() }
    const claimed = await store.claimDeliveries(claims)
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
        if (!isBusy || running.size >= concurrency) await alarm.wait(jittered(pollMs))
      } catch (error) {
        failed(error)
        await alarm.wait(jittered(pauseMs), { deaf: true })
        pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      }
    }
  }

  const renewing = (): ReturnType<typeof setInterval> =>
    setInterval(() => {
      const ids = [...running.keys()]
      if (ids.length > 0) store.renew(parts.worker, ids, leaseMs).catch(failed)
    }, leaseMs / 3)
  let heartbeat: ReturnType<typeof setInterval> | null = null
  const beat = (): void => {
    heartbeat ??= renewing()
    heartbeat.unref()
  }

  return {
    start: () => {
      beat()
      loop ??= work()
    },
    wake: alarm.wake,
    drain: async () => {
      beat()
      const before = attempts
      while (isOpen && ((await look()) || running.size > 0)) if (running.size > 0) await alarm.wait(pollMs)
      return attempts - before
    },
    send: (claimed) => {
      beat()
      return run(claimed, performance.now(), true)
    },
    close: async (ms) => {
      isOpen = false
      alarm.wake()
      const until = performance.now() + ms
      while (running.size > 0 && performance.now() < until) await alarm.wait(Math.min(ms, 100))
      if (heartbeat !== null) clearInterval(heartbeat)
      await loop
    },
  }
}

/** Processes that were started together do not ask together. */
function jittered(ms: number): number {
  return ms * (0.75 + Math.random() / 2)
}

/** A pause that can be ended. */
function wakeable() {
  let isAwake = false
  let end: (() => void) | null = null
  return {
    wake: (): void => {
      isAwake = true
      end?.()
    },
    /** @param deaf - Whether nothing ends the pause before its time. */
    wait: (ms: number, { deaf = false } = {}): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(done, ms)
        function done(): void {
          clearTimeout(timer)
          end = null
          isAwake = false
          resolve()
        }
        if (deaf) return
        if (isAwake) done()
        else end = done
      }),
  }
}
