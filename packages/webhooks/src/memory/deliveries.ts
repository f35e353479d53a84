import {
  type ClaimedDelivery,
  type DeliveryOutcome,
  deliveryId,
  type KeyStore,
  keptAttempts,
  type WebhookStore,
} from '@keywright/core/store'
import { addDelivery } from './add-delivery.js'
import { type DeliveryEntry, isAfter, newestFirst, recordOf, type WebhookState } from './state.js'

type Methods = 'claimDeliveries' | 'claimNew' | 'renew' | 'settle' | 'postpone' | 'listDeliveries' | 'findDelivery'

/** The methods of a memory store for deliveries. */
export function memoryDeliveries(state: WebhookState, keys: KeyStore): Pick<WebhookStore, Methods> {
  const { deliveries, endpoints, outbox } = state
  const claimed = (entry: DeliveryEntry, now: Date): ClaimedDelivery[] => {
    const endpoint = endpoints.get(entry.record.endpointId)
    return endpoint === undefined ? [] : [{ delivery: recordOf(entry), endpoint, now }]
  }
  return {
    async claimDeliveries({ worker, limit, leaseMs, perEndpoint, taken }) {
      const now = await keys.now()
      const due = [...deliveries.values()].filter(({ nextAt }) => nextAt !== null && nextAt <= now.getTime())
      const counts = new Map(taken)
      const got: DeliveryEntry[] = []
      for (const entry of due.sort((a, b) => Number(a.nextAt) - Number(b.nextAt))) {
        const has = counts.get(entry.record.endpointId) ?? 0
        if (got.length === limit) break
        if (has >= perEndpoint) continue
        counts.set(entry.record.endpointId, has + 1)
        got.push(Object.assign(entry, { claim: worker, nextAt: now.getTime() + leaseMs }))
      }
      return got.flatMap((entry) => claimed(entry, now))
    },

    async claimNew(event, endpointId, { worker, leaseMs }) {
      const now = await keys.now()
      if (!endpoints.has(endpointId)) return null
      const stored = { ...event, createdAt: now }
      outbox.set(event.id, { event: stored, onlyFor: endpointId, nextAt: null, claim: null })
      addDelivery(state, stored, endpointId, now)
      const entry = deliveries.get(deliveryId(event.id, endpointId))
      if (entry === undefined) return null
      Object.assign(entry, { claim: worker, nextAt: now.getTime() + leaseMs })
      return claimed(entry, now)[0] ?? null
    },

    async renew(worker, ids, leaseMs) {
      const now = await keys.now()
      for (const id of ids) {
        const entry = deliveries.get(id)
        if (entry?.claim === worker) entry.nextAt = now.getTime() + leaseMs
      }
    },

    async settle(worker, outcomes) {
      const now = await keys.now()
      for (const outcome of outcomes) {
        const entry = deliveries.get(outcome.id)
        if (entry?.claim === worker) settleOne(state, entry, outcome, now)
      }
    },

    async postpone(endpointIds, inMs) {
      const now = (await keys.now()).getTime()
      for (const entry of deliveries.values()) {
        if (!endpointIds.includes(entry.record.endpointId) || entry.claim !== null) continue
        if (entry.nextAt !== null && entry.nextAt <= now) entry.nextAt = now + inMs
      }
    },

    async listDeliveries({ endpointId, status, after, limit }) {
      return [...deliveries.values()]
        .filter(({ record }) => record.endpointId === endpointId && isAfter(record, after))
        .filter((entry) => status === undefined || status.includes(entry.status))
        .map(recordOf)
        .sort(newestFirst)
        .slice(0, limit)
    },

    async findDelivery(id) {
      const entry = deliveries.get(id)
      return entry === undefined ? null : recordOf(entry)
    },
  }
}

function settleOne({ endpoints }: WebhookState, entry: DeliveryEntry, outcome: DeliveryOutcome, now: Date): void {
  const { status, reason, attempt, nextInMs } = outcome
  const nextAt = nextInMs === null ? null : now.getTime() + nextInMs
  Object.assign(entry, { status, reason, nextAt, claim: null })
  if (attempt === null) return
  entry.attempts += 1
  entry.log = [...entry.log, attempt].slice(-keptAttempts)
  const endpoint = endpoints.get(entry.record.endpointId)
  if (endpoint === undefined) return
  const failingSince = attempt.error === null ? null : (endpoint.failingSince ?? now)
  if (failingSince !== endpoint.failingSince) endpoints.set(endpoint.id, { ...endpoint, failingSince })
}
