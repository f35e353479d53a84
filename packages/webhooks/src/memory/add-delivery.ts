import { deliveryId, type StoredEvent } from '@keywright/core/store'
import type { DeliveryEntry, WebhookState } from './state.js'

/** Queues an event for an endpoint, unless it is or was, or there is no such endpoint. */
export function addDelivery(
  { deliveries, endpoints }: WebhookState,
  event: StoredEvent,
  endpointId: string,
  now: Date,
): DeliveryEntry | null {
  const id = deliveryId(event.id, endpointId)
  if (!endpoints.has(endpointId) || deliveries.has(id)) return null
  const record = { id, endpointId, event, createdAt: now }
  const fresh = { reason: null, attempts: 0, claim: null, log: [] }
  const entry: DeliveryEntry = { record, status: 'pending', nextAt: now.getTime(), ...fresh }
  deliveries.set(id, entry)
  return entry
}
