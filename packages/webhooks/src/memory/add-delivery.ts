import { deliveryId, mostWaiting, type StoredEvent } from '@keywright/core/store'
import { type DeliveryEntry, deliveriesTo, type WebhookState } from './state.js'

/** Queues an event for an endpoint, unless it is or was, or there is no such endpoint. Where too many wait, it is dropped. */
export function addDelivery(
  state: WebhookState,
  event: StoredEvent,
  endpointId: string,
  now: Date,
): DeliveryEntry | null {
  const { deliveries, endpoints } = state
  const id = deliveryId(event.id, endpointId)
  if (!endpoints.has(endpointId) || deliveries.has(id)) return null
  const record = { id, endpointId, event, createdAt: now }
  const isFull = [...deliveriesTo(state, endpointId)].filter(({ nextAt }) => nextAt !== null).length >= mostWaiting
  const start = isFull
    ? { status: 'dropped' as const, reason: 'queue_full', nextAt: null }
    : { status: 'pending' as const, reason: null, nextAt: now.getTime() }
  const entry: DeliveryEntry = { record, ...start, attempts: 0, claim: null, log: [] }
  deliveries.set(id, entry)
  return entry
}
