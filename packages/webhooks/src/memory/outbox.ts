import { isKeyEvent, type KeyStore, keyEvent, type NewEvent, type WebhookStore } from '@keywright/core/store'
import { addDelivery } from './add-delivery.js'
import type { OutboxEntry, WebhookState } from './state.js'

const tailPage = 1_000

/** The methods of a memory store for events that nobody has queued yet. */
export function memoryOutbox(
  state: WebhookState,
  keys: KeyStore,
): Pick<WebhookStore, 'publish' | 'claimEvents' | 'queue'> & { readAudit(): Promise<void> } {
  const { outbox, tails } = state
  const add = (event: NewEvent, at: Date): void => {
    if (!outbox.has(event.id)) {
      outbox.set(event.id, { event: { ...event, createdAt: at }, onlyFor: null, nextAt: at.getTime(), claim: null })
    }
  }

  /** Each record about a key is an event. The log is in memory as well, so reading it later loses nothing. */
  const readAudit = async (): Promise<void> => {
    for (const [organizationId, seq] of tails) {
      const records = await keys.listAudit({ organizationId, order: 'asc', after: seq, limit: tailPage })
      for (const record of records) if (isKeyEvent(record)) add(keyEvent(record), record.at)
      tails.set(organizationId, Math.max(tails.get(organizationId) ?? 0, records.at(-1)?.seq ?? seq))
    }
  }

  return {
    readAudit,

    async publish(events) {
      const now = await keys.now()
      for (const event of events) add(event, now)
    },

    async claimEvents({ worker, limit, leaseMs }) {
      await readAudit()
      const now = await keys.now()
      const due = [...outbox.values()].filter(({ nextAt }) => nextAt !== null && nextAt <= now.getTime())
      const taken = due.sort(oldestFirst).slice(0, limit)
      for (const entry of taken) Object.assign(entry, { claim: worker, nextAt: now.getTime() + leaseMs })
      return taken.map(({ event }) => event)
    },

    async queue(worker, routes) {
      const now = await keys.now()
      for (const { eventId, endpointIds } of routes) {
        const entry = outbox.get(eventId)
        if (entry === undefined || entry.claim !== worker || entry.nextAt === null) continue
        Object.assign(entry, { nextAt: null, claim: null })
        for (const id of endpointIds) addDelivery(state, entry.event, id, now)
      }
    },
  }
}

function oldestFirst(a: OutboxEntry, b: OutboxEntry): number {
  return Number(a.nextAt) - Number(b.nextAt)
}
