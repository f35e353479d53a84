import type { KeyStore, QueueChange, WebhookStore } from '@keywright/core/store'
import { inTurn } from './in-turn.js'
import { deliveriesTo, isAfter, newestFirst, type WebhookState } from './state.js'

/** The methods of a memory store for endpoints. */
export function memoryEndpoints(
  state: WebhookState,
  keys: KeyStore,
): Pick<WebhookStore, 'insertEndpoint' | 'changeEndpoint' | 'findEndpoint' | 'listEndpoints' | 'listOrganizations'> {
  const { endpoints, tails } = state
  const turn = inTurn()
  return {
    insertEndpoint: ({ id, keyId, organizationId, auditKey, decide }) =>
      turn(async () => {
        const [now, { seq }] = await Promise.all([keys.now(), keys.auditHead(organizationId)])
        const used = [...endpoints.values()].filter((one) => one.keyId === keyId).length
        const { write, audit } = decide({ now, used })
        const record = {
          ...write,
          ...{ id, keyId, organizationId, status: 'active' as const, stop: null, failingSince: null, version: 1 },
          ...{ previousSecret: null, previousSecretExpiresAt: null, createdAt: now, updatedAt: now },
        }
        if (endpoints.has(id)) throw new Error('An endpoint has this id.')
        await keys.appendAudit(organizationId, audit, auditKey)
        endpoints.set(id, record)
        if (!tails.has(organizationId)) tails.set(organizationId, seq)
        return record
      }),

    changeEndpoint: (id, { auditKey, decide }) =>
      turn(async () => {
        const now = await keys.now()
        const record = endpoints.get(id)
        if (record === undefined) return null
        const decision = decide(record, { now })
        if (decision === null) return { record, now }
        const { write, queue, audit } = decision
        await keys.appendAudit(record.organizationId, audit, auditKey)
        const { failingSince } = endpoints.get(id) ?? record // an attempt may have ended meanwhile
        const isChanged = write !== 'delete' && Object.keys(write).length > 0
        const after = isChanged
          ? { ...record, failingSince, ...write, updatedAt: now, version: record.version + 1 }
          : { ...record, failingSince }
        if (write === 'delete') forget(state, id)
        else endpoints.set(id, after)
        if (queue !== undefined) changeQueue(state, id, queue, now)
        return { record: after, now }
      }),

    async findEndpoint(id) {
      const record = endpoints.get(id)
      return record === undefined ? null : { record, now: await keys.now() }
    },

    async listEndpoints({ organizationId, keyId, status, after, limit }) {
      return [...endpoints.values()]
        .filter((one) => one.organizationId === organizationId && (keyId === undefined || one.keyId === keyId))
        .filter((one) => (status === undefined || one.status === status) && isAfter(one, after))
        .sort(newestFirst)
        .slice(0, limit)
    },

    async listOrganizations({ after, limit }) {
      const active = [...endpoints.values()].filter(({ status }) => status === 'active')
      const all = [...new Set(active.map(({ organizationId }) => organizationId))]
      return all
        .filter((id) => after === null || id > after)
        .sort()
        .slice(0, limit)
    },
  }
}

function forget(state: WebhookState, endpointId: string): void {
  for (const { record } of [...deliveriesTo(state, endpointId)]) state.deliveries.delete(record.id)
  state.endpoints.delete(endpointId)
}

function changeQueue(state: WebhookState, endpointId: string, queue: QueueChange, now: Date): void {
  for (const entry of deliveriesTo(state, endpointId)) {
    const isClaimed = entry.claim !== null && entry.nextAt !== null && entry.nextAt > now.getTime()
    if (queue.to === 'resume') {
      if (entry.status === 'held') Object.assign(entry, { status: 'pending', nextAt: now.getTime() })
    } else if ((entry.status === 'pending' && !isClaimed) || (entry.status === 'held' && queue.to === 'drop')) {
      const end = 'reason' in queue ? { status: 'dropped', reason: queue.reason } : { status: 'held' }
      Object.assign(entry, { ...end, nextAt: null, claim: null })
    }
  }
}
