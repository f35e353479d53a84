import {
  deliveryId,
  type EndpointCounts,
  type EndpointRecord,
  type KeyStore,
  type ReplayRequest,
  type StoredEvent,
  type WebhookStore,
} from '@keywright/core/store'
import { addDelivery } from './add-delivery.js'
import { deliveriesTo, type WebhookState } from './state.js'

/** The methods of a memory store that look at what was queued before. */
export function memoryLog(
  state: WebhookState,
  keys: KeyStore,
  readAudit: () => Promise<void>,
): Pick<WebhookStore, 'replay' | 'status' | 'prune'> {
  const { deliveries, endpoints, outbox } = state
  return {
    async replay(request) {
      await readAudit()
      const now = await keys.now()
      const endpoint = endpoints.get(request.endpointId)
      if (endpoint === undefined) return 0
      const events = eventsOf(state, endpoint, request)
      if (events.length > 0) {
        await keys.appendAudit(endpoint.organizationId, request.audit(events.length), request.auditKey)
      }
      for (const event of events) {
        const entry = deliveries.get(deliveryId(event.id, endpoint.id)) ?? addDelivery(state, event, endpoint.id, now)
        if (entry !== null)
          Object.assign(entry, { status: 'pending', reason: null, attempts: 0, nextAt: now.getTime() })
      }
      return events.length
    },

    async status({ organizationId, since }) {
      await readAudit()
      const now = await keys.now()
      const isAsked = (id: string): boolean => organizationId === undefined || id === organizationId
      const waiting = [...outbox.values()].filter((one) => one.nextAt !== null && isAsked(one.event.organizationId))
      const queue = [...deliveries.values()].filter(({ record }) => isAsked(record.event.organizationId))
      const pending = queue.filter(({ status }) => status === 'pending')
      const times = [...waiting.map(({ event }) => event), ...pending.map(({ record }) => record.event)]
      const oldest = Math.min(...times.map(({ createdAt }) => createdAt.getTime()))
      const asked = [...endpoints.values()].filter((one) => isAsked(one.organizationId))
      return {
        now,
        events: waiting.length,
        pending: pending.length,
        held: queue.filter(({ status }) => status === 'held').length,
        oldest: times.length === 0 ? null : new Date(oldest),
        endpoints: asked.map(({ id }) => countsOf(state, id, since)).filter(isUsed),
      }
    },

    async prune({ before, limit }) {
      const old = [...outbox.values()].filter(({ event, nextAt }) => nextAt === null && event.createdAt < before)
      const gone = old.filter(({ event }) => ![...deliveriesOf(state, event.id)].some(isPending)).slice(0, limit)
      for (const { event } of gone) {
        for (const { record } of [...deliveriesOf(state, event.id)]) deliveries.delete(record.id)
        outbox.delete(event.id)
      }
      return gone.length
    },
  }
}

function eventsOf(
  { outbox, deliveries }: WebhookState,
  endpoint: EndpointRecord,
  request: ReplayRequest,
): StoredEvent[] {
  const isWaiting = (event: StoredEvent): boolean => {
    const entry = deliveries.get(deliveryId(event.id, endpoint.id))
    return entry !== undefined && waits(entry)
  }
  const ofOrganization = [...outbox.values()]
    .filter(({ onlyFor, nextAt }) => nextAt === null && (onlyFor === null || onlyFor === endpoint.id))
    .map(({ event }) => event)
    .filter((event) => event.organizationId === endpoint.organizationId && !isWaiting(event))
  if ('eventId' in request) return ofOrganization.filter(({ id }) => id === request.eventId)
  const isWanted = ({ id, type, createdAt }: StoredEvent): boolean =>
    createdAt >= request.from &&
    createdAt < request.to &&
    (endpoint.types === null || endpoint.types.includes(type)) &&
    deliveries.get(deliveryId(id, endpoint.id))?.status !== 'delivered'
  return ofOrganization
    .filter(isWanted)
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
    .slice(0, request.limit)
}

function waits({ status }: { readonly status: string }): boolean {
  return status === 'pending' || status === 'held'
}

function isPending({ status }: { readonly status: string }): boolean {
  return status === 'pending'
}

function* deliveriesOf({ deliveries }: WebhookState, eventId: string) {
  for (const entry of deliveries.values()) if (entry.record.event.id === eventId) yield entry
}

function countsOf(state: WebhookState, endpointId: string, since: Date): EndpointCounts {
  const counts = { endpointId, delivered: 0, failed: 0, dropped: 0, pending: 0 }
  for (const { record, status } of deliveriesTo(state, endpointId)) {
    if (record.createdAt >= since && status !== 'held') counts[status] += 1
  }
  return counts
}

function isUsed({ delivered, failed, dropped, pending }: EndpointCounts): boolean {
  return delivered + failed + dropped + pending > 0
}
