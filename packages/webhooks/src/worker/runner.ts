import type { ClaimedDelivery } from '@keywright/core/store'
import { type Attempted, attempt, postponedBy } from './attempt.js'
import { hostBreaker } from './host-breaker.js'
import type { WorkerParts } from './parts.js'
import { settler } from './settler.js'
import { stopEndpoint } from './stop-endpoint.js'

/** What is on its way. */
export interface Runner {
  /** By the id of the delivery. */
  readonly running: ReadonlyMap<string, ClaimedDelivery>
  /** How many attempts were made. */
  attempts(): number
  /**
   * Sends a claimed delivery, and writes what came of it.
   *
   * @param claimedAt - By `performance.now()`.
   * @param once - See `attempt`.
   */
  run(claimed: ClaimedDelivery, claimedAt: number, once?: boolean): Promise<Attempted>
  /** Keeps what is on its way from other workers, until {@link Runner.rest}. */
  beat(): void
  rest(): void
}

/**
 * @param failed - Told each time that the store fails.
 * @param ended - Told each time that a delivery is over.
 */
export function runner(parts: WorkerParts, failed: (error: unknown) => void, ended: () => void): Runner {
  const { store, leaseMs } = parts
  const running = new Map<string, ClaimedDelivery>()
  const breaker = hostBreaker()
  const { settle } = settler(parts, failed)
  let attempts = 0
  let heartbeat: ReturnType<typeof setInterval> | null = null

  const spare = async (claimed: ClaimedDelivery, ms: number): Promise<Attempted> => {
    await store.postpone([claimed.endpoint.id], ms).catch(failed)
    const spared = postponedBy(claimed, ms)
    await settle(spared.outcome)
    return spared
  }

  return {
    running,
    attempts: () => attempts,
    run: async (claimed, claimedAt, once = false) => {
      running.set(claimed.delivery.id, claimed)
      try {
        const { host } = new URL(claimed.endpoint.url)
        const blockedMs = once ? 0 : breaker.blockedMs(host)
        if (blockedMs > 0) return await spare(claimed, blockedMs)
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
        ended()
      }
    },
    beat: () => {
      heartbeat ??= setInterval(() => {
        const ids = [...running.keys()]
        if (ids.length > 0) store.renew(parts.worker, ids, leaseMs).catch(failed)
      }, leaseMs / 3)
      heartbeat.unref()
    },
    rest: () => {
      if (heartbeat !== null) clearInterval(heartbeat)
    },
  }
}
