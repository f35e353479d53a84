import type { KeyRights } from '@keywright/core/adapter'
import type { AttemptRecord, ClaimedDelivery, DeliveryOutcome, EndpointStop } from '@keywright/core/store'
import { testType } from '../catalog/event-catalog.js'
import { bodyOf } from '../catalog/event-input.js'
import { isKnownType, mayReceive } from '../catalog/may-receive.js'
import type { DeliveryResult } from '../delivery/deliver.js'
import { nextAttemptMs } from '../delivery/schedule.js'
import { openSecrets } from '../endpoints/seal-secret.js'
import type { WorkerParts } from './parts.js'
import { endEndpoint } from './stop-endpoint.js'

/** What came of a claimed delivery. */
export interface Attempted {
  readonly outcome: DeliveryOutcome
  /** The attempt, if one was made. */
  readonly result: DeliveryResult | null
  /** Why its endpoint must be disabled; `null`: it need not. */
  readonly stop: EndpointStop | null
}

/** Options of {@link attempt}. */
export interface AttemptOptions {
  /** Whether to send also where the endpoint is paused, and never again: for the event that tests it. @defaultValue false */
  readonly once?: boolean
  /** When it was claimed, by `performance.now()`. */
  readonly claimedAt: number
}

const [leastUnknownMs, mostUnknownMs] = [30_000, 3_600_000]
/** What was claimed while its endpoint was paused is looked at again after this. */
const idleMs = 300_000
/** An endpoint is not disabled for a single event that failed, however long ago the last one was. */
const leastAttempts = 3

/**
 * Sends a delivery once, if its key may still hear of it: the rights are looked at now, whatever was found when it was queued. What
 * cannot be known is tried again, and is no attempt.
 */
export async function attempt(
  parts: WorkerParts,
  claimed: ClaimedDelivery,
  options: AttemptOptions,
): Promise<Attempted> {
  const { once = false, claimedAt } = options
  const { delivery, endpoint } = claimed
  const { event } = delivery
  if (endpoint.stop === 'key_revoked' || endpoint.stop === 'key_expired') return dropped(parts, claimed, endpoint.stop)
  // Not held: it may have been resumed since it was claimed, and nobody would look at it again.
  if (endpoint.status !== 'active' && !(once && endpoint.status === 'paused')) return postponedBy(claimed, idleMs)
  if (endpoint.types !== null && !endpoint.types.includes(event.type) && event.type !== testType)
    return dropped(parts, claimed, 'type_not_wanted')
  let rights: KeyRights
  try {
    if (!isKnownType(parts.catalog, event.type)) throw new Error('This process does not know the type of the event.')
    rights = await parts.door.principalOf(endpoint.keyId)
    if (rights.ok === false && rights.code === 'environment_unknown') throw new Error('The environment is not known.')
    if (rights.ok === false) {
      await endEndpoint(parts, endpoint, rights)
      return dropped(parts, claimed, rights.code)
    }
    const may = await mayReceive(parts.access, parts.catalog, rights.principal, event)
    if (!may) return dropped(parts, claimed, 'insufficient_scope')
  } catch (error) {
    return unknown(parts, claimed, { reason: 'rights', error, once })
  }
  const at = new Date(claimed.now.getTime() + performance.now() - claimedAt)
  let secrets: readonly string[]
  try {
    secrets = await openSecrets(parts.sealer, endpoint, at)
  } catch (error) {
    return unknown(parts, claimed, { reason: 'secret', error, once })
  }
  // Somebody else has it by now, and may know of a change since.
  if (performance.now() - claimedAt > parts.leaseMs) return postponedBy(claimed, 0)
  const message = { id: event.id, body: bodyOf(event) }
  const result = await parts.sender.deliver({ url: endpoint.url, message, secrets, at })
  return attempted(parts, claimed, { result, at, once })
}

function attempted(
  { emit, disableAfterMs }: WorkerParts,
  claimed: ClaimedDelivery,
  { result, at, once }: { readonly result: DeliveryResult; readonly at: Date; readonly once: boolean },
): Attempted {
  const { delivery, endpoint } = claimed
  const { status, error, latencyMs, text } = result
  const made: AttemptRecord = { at, status, error, latencyMs, text }
  const attempts = delivery.attempts + 1
  if (result.outcome === 'delivered') {
    emit({ type: 'webhook.delivered', ...factsOf(claimed), attempts, latencyMs })
    return { outcome: outcomeOf(claimed, { status: 'delivered', attempt: made, counts: !once }), result, stop: null }
  }
  const isGone = result.outcome === 'gone'
  const nextInMs = isGone || once ? null : nextAttemptMs(attempts, result.retryAfterMs)
  emit({ type: 'webhook.failed', ...factsOf(claimed), attempts, latencyMs, status, error: error ?? 'status', nextInMs })
  const failingMs = endpoint.failingSince === null ? 0 : at.getTime() - endpoint.failingSince.getTime()
  const isFailing = !once && attempts >= leastAttempts && failingMs >= disableAfterMs
  const end = { attempt: made, counts: !once, nextInMs, status: nextInMs === null ? 'failed' : 'pending' } as const
  return { outcome: outcomeOf(claimed, end), result, stop: isGone ? 'gone' : isFailing ? 'failing' : null }
}

function outcomeOf(
  { delivery, endpoint }: ClaimedDelivery,
  end: Pick<DeliveryOutcome, 'status'> & Partial<DeliveryOutcome>,
): DeliveryOutcome {
  const none = { reason: null, attempt: null, counts: false, nextInMs: null }
  return { id: delivery.id, endpointId: endpoint.id, ...none, ...end }
}

function dropped({ emit }: WorkerParts, claimed: ClaimedDelivery, reason: string): Attempted {
  emit({ type: 'webhook.dropped', ...factsOf(claimed), reason })
  return { outcome: outcomeOf(claimed, { status: 'dropped', reason }), result: null, stop: null }
}

/** Tries again, after half the time that it has waited already; and gives up where that has been days. */
function unknown(
  parts: WorkerParts,
  claimed: ClaimedDelivery,
  { reason, error, once }: { readonly reason: 'rights' | 'secret'; readonly error: unknown; readonly once: boolean },
): Attempted {
  parts.emit({ type: 'webhook.postponed', ...factsOf(claimed), reason, error })
  const waitedMs = claimed.now.getTime() - claimed.delivery.createdAt.getTime()
  if (once || waitedMs > parts.disableAfterMs) return dropped(parts, claimed, `${reason}_unknown`)
  return postponedBy(claimed, Math.min(Math.max(waitedMs / 2, leastUnknownMs), mostUnknownMs))
}

/** A delivery that waits, and has made no attempt. */
export function postponedBy(claimed: ClaimedDelivery, ms: number): Attempted {
  const outcome = outcomeOf(claimed, { status: 'pending', nextInMs: Math.round(ms) })
  return { outcome, result: null, stop: null }
}

function factsOf({ delivery: { event }, endpoint }: ClaimedDelivery) {
  const { id: endpointId, keyId, organizationId } = endpoint
  return { eventId: event.id, eventType: event.type, endpointId, keyId, organizationId }
}
