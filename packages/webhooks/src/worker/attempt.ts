import type { KeyRights } from '@keywright/core/adapter'
import type { AttemptRecord, ClaimedDelivery, DeliveryOutcome, EndpointStop } from '@keywright/core/store'
import { bodyOf } from '../catalog/event-input.js'
import { mayReceive } from '../catalog/may-receive.js'
import type { DeliveryResult } from '../delivery/deliver.js'
import { nextAttemptMs } from '../delivery/schedule.js'
import { openSecrets } from '../endpoints/seal-secret.js'
import type { WorkerParts } from './parts.js'
import { endEndpoint } from './route-events.js'

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

const unknownMs = 30_000
/** What was claimed while its endpoint was paused is looked at again after this. */
const idleMs = 300_000

/**
 * Sends a delivery once, if its key may still hear of it: the rights are looked at now, whatever was found when it was queued. What
 * cannot be known is tried again, and is no attempt.
 */
export async function attempt(
  parts: WorkerParts,
  claimed: ClaimedDelivery,
  options: AttemptOptions,
): Promise<Attempted> {
  const { delivery, endpoint } = claimed
  if (endpoint.stop === 'key_revoked' || endpoint.stop === 'key_expired') return dropped(parts, claimed, endpoint.stop)
  // Not held: it may have been resumed since it was claimed, and nobody would look at it again.
  if (endpoint.status !== 'active' && !(options.once && endpoint.status === 'paused'))
    return postponedBy(claimed, idleMs)
  let rights: KeyRights
  try {
    rights = await parts.door.principalOf(endpoint.keyId)
    if (rights.ok === false) {
      await endEndpoint(parts, endpoint, rights)
      return dropped(parts, claimed, rights.code)
    }
    const may = await mayReceive(parts.access, parts.catalog, rights.principal, delivery.event)
    if (!may) return dropped(parts, claimed, 'insufficient_scope')
  } catch (error) {
    return postponed(parts, claimed, 'rights', error)
  }
  const at = new Date(claimed.now.getTime() + performance.now() - options.claimedAt)
  const { event } = delivery
  let secrets: readonly string[]
  try {
    secrets = await openSecrets(parts.sealer, endpoint, at)
  } catch (error) {
    return postponed(parts, claimed, 'secret', error)
  }
  const result = await parts.sender.deliver({
    url: endpoint.url,
    message: { id: event.id, body: bodyOf(event) },
    secrets,
    at,
  })
  return attempted(parts, claimed, { result, at, isLast: options.once === true })
}

function attempted(
  { emit, disableAfterMs }: WorkerParts,
  claimed: ClaimedDelivery,
  { result, at, isLast }: { readonly result: DeliveryResult; readonly at: Date; readonly isLast: boolean },
): Attempted {
  const { delivery, endpoint } = claimed
  const { status, error, latencyMs, text } = result
  const made: AttemptRecord = { at, status, error, latencyMs, text }
  const attempts = delivery.attempts + 1
  if (result.outcome === 'delivered') {
    emit({ type: 'webhook.delivered', ...factsOf(claimed), attempts, latencyMs })
    return { ...ended(claimed, 'delivered', made), result }
  }
  const isGone = result.outcome === 'gone'
  const nextInMs = isGone || isLast ? null : nextAttemptMs(attempts, result.retryAfterMs)
  emit({ type: 'webhook.failed', ...factsOf(claimed), attempts, latencyMs, status, error: error ?? 'status', nextInMs })
  const failingMs = endpoint.failingSince === null ? 0 : at.getTime() - endpoint.failingSince.getTime()
  const stop = isGone ? 'gone' : failingMs >= disableAfterMs ? 'failing' : null
  const { outcome } = ended(claimed, nextInMs === null ? 'failed' : 'pending', made)
  return { outcome: { ...outcome, nextInMs }, result, stop }
}

function ended(
  { delivery, endpoint }: ClaimedDelivery,
  status: DeliveryOutcome['status'],
  made: AttemptRecord | null,
  reason: string | null = null,
): Attempted {
  const outcome = { id: delivery.id, endpointId: endpoint.id, status, reason, attempt: made, nextInMs: null }
  return { outcome, result: null, stop: null }
}

function dropped({ emit }: WorkerParts, claimed: ClaimedDelivery, reason: string): Attempted {
  emit({ type: 'webhook.dropped', ...factsOf(claimed), reason })
  return ended(claimed, 'dropped', null, reason)
}

function postponed(
  { emit }: WorkerParts,
  claimed: ClaimedDelivery,
  reason: 'rights' | 'secret',
  error: unknown,
): Attempted {
  emit({ type: 'webhook.postponed', ...factsOf(claimed), reason, error })
  return postponedBy(claimed, unknownMs)
}

/** A delivery that waits, and has made no attempt. */
export function postponedBy(claimed: ClaimedDelivery, ms: number): Attempted {
  const { outcome } = ended(claimed, 'pending', null)
  return { outcome: { ...outcome, nextInMs: ms }, result: null, stop: null }
}

function factsOf({ delivery: { event }, endpoint }: ClaimedDelivery) {
  const { id: endpointId, keyId, organizationId } = endpoint
  return { eventId: event.id, eventType: event.type, endpointId, keyId, organizationId }
}
