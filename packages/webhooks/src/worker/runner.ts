import type { ClaimedDelivery, EndpointRecord } from '@keywright/core/store'
import { jittered } from './alarm.js'
import { type Attempted, attempt, postponedBy } from './attempt.js'
import type { WorkerParts } from './parts.js'
import { rests } from './rests.js'
import { settler } from './settler.js'
import { stopEndpoint } from './stop-endpoint.js'

/** What is on its way. */
export interface Runner {
  /** By the id of the delivery. */
  readonly running: ReadonlyMap<string, ClaimedDelivery>
  /** Events that test an endpoint, likewise: they take no place of others. */
  readonly testing: ReadonlyMap<string, ClaimedDelivery>
  /** How many attempts were made. */
  attempts(): number
  /** Sends a claimed delivery, and writes what came of it. @param claimedAt - By `performance.now()`. */
  run(claimed: ClaimedDelivery, claimedAt: number): Promise<Attempted>
  /** The same for an event that tests an endpoint. */
  test(claimed: ClaimedDelivery): Promise<Attempted>
  /** Keeps what is on its way from other workers, until {@link Runner.abandon}. */
  beat(): void
  /** Writes nothing more: what is still on its way is another worker's after the lease. */
  abandon(): void
}

/**
 * @param failed - Told each time that the store fails.
 * @param ended - Told each time that a delivery is over.
 */
export function runner(parts: WorkerParts, failed: (error: unknown) => void, ended: () => void): Runner {
  const { store, leaseMs, emit } = parts
  const running = new Map<string, ClaimedDelivery>()
  const testing = new Map<string, ClaimedDelivery>()
  const resting = rests()
  const postponedUntil = new Map<string, number>()
  const { settle, abandon } = settler(parts, failed)
  let attempts = 0
  let heartbeat: ReturnType<typeof setInterval> | null = null

  /** Moves what waits for an endpoint out of the way of others, once for each rest. */
  const postpone = async ({ id }: EndpointRecord, ms: number): Promise<void> => {
    const until = performance.now() + ms
    if ((postponedUntil.get(id) ?? 0) + 1_000 > until) return
    if (postponedUntil.size > 10_000) postponedUntil.clear()
    postponedUntil.set(id, until)
    await store.postpone([id], Math.round(jittered(ms))).catch(failed)
  }

  const send = async (claimed: ClaimedDelivery, claimedAt: number, once: boolean): Promise<Attempted> => {
    const { endpoint } = claimed
    const restMs = once ? 0 : resting.restMs(endpoint, claimed.now)
    if (restMs > 0) {
      await postpone(endpoint, restMs)
      const spared = postponedBy(claimed, jittered(restMs))
      await settle(spared.outcome)
      return spared
    }
    const attempted = await attempt(parts, claimed, { once, claimedAt })
    if (attempted.result !== null) {
      attempts += 1
      const at = new Date(claimed.now.getTime() + performance.now() - claimedAt)
      const forMs = once ? 0 : resting.learn(endpoint, attempted.result, at)
      const { id: endpointId, keyId, organizationId } = endpoint
      if (forMs > 0) emit({ type: 'webhook.rested', endpointId, keyId, organizationId, forMs })
    }
    await settle(attempted.outcome)
    if (attempted.stop !== null) await stopEndpoint(parts, endpoint, attempted.stop)
    return attempted
  }

  const tracked = async (all: Map<string, ClaimedDelivery>, claimed: ClaimedDelivery, claimedAt: number) => {
    all.set(claimed.delivery.id, claimed)
    try {
      return await send(claimed, claimedAt, all === testing)
    } finally {
      all.delete(claimed.delivery.id)
      ended()
    }
  }

  return {
    running,
    testing,
    attempts: () => attempts,
    run: (claimed, claimedAt) => tracked(running, claimed, claimedAt),
    test: (claimed) => tracked(testing, claimed, performance.now()),
    beat: () => {
      heartbeat ??= setInterval(() => {
        const ids = [...running.keys(), ...testing.keys()]
        if (ids.length > 0) store.renew(parts.worker, ids, leaseMs).catch(failed)
      }, leaseMs / 3)
      heartbeat.unref()
    },
    abandon: () => {
      if (heartbeat !== null) clearInterval(heartbeat)
      abandon()
    },
  }
}
