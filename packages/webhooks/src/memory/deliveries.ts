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
    async claimDeliveries({ worker, limit, leaseMs, perEndpoint, perOrganization, taken }) {
      const now = await keys.now()
      const due = [...deliveries.values()].filter(({ nextAt }) => nextAt !== null && nextAt <= now.getTime())
      const ofEndpoint = counter(taken.map(({ id }) => id))
      const ofOrganization = counter(taken.map(({ organizationId }) => organizationId))
      const got: DeliveryEntry[] = []
      for (const entry of due.sort((a, b) => Number(a.nextAt) - Number(b.nextAt))) {
        const { endpointId, event } = entry.record
        if (got.length === limit) break
        if (ofEndpoint(endpointId) >= perEndpoint || ofOrganization(event.organizationId) >= perOrganization) continue
        ofEndpoint(endpointId, 1)
        ofOrganization(event.organizationId, 1)
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
  const { status, reason, attempt, counts, nextInMs } = outcome
  const nextAt = nextInMs === null ? null : now.getTime() + nextInMs
  Object.assign(entry, { status, reason, nextAt, claim: null })
  if (attempt === null) return
  entry.attempts += 1
  entry.log = [...entry.log, attempt].slice(-keptAttempts)
  const endpoint = endpoints.get(entry.record.endpointId)
  if (endpoint === undefined || !counts) return
  const failingSince = attempt.error === null ? null : (endpoint.failingSince ?? now)
  if (failingSince !== endpoint.failingSince) endpoints.set(endpoint.id, { ...endpoint, failingSince })
}

/** Counts names. The function adds to one, and returns how often it has come. */
function counter(names: readonly string[]): (name: string, more?: number) => number {
  const counts = new Map<string, number>()
  const add = (name: string, more = 0): number => {
    const count = (counts.get(name) ?? 0) + more
    counts.set(name, count)
    return count
  }
  for (const name of names) add(name, 1)
  return add
}
