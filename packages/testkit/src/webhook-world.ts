import type { Actor, AuditDraft, AuditType } from '@keywright/core'
import {
  type ClaimedDelivery,
  type DeliveryClaim,
  type DeliveryOutcome,
  type EndpointChange,
  type EndpointChanges,
  type EndpointRecord,
  emptyChain,
  type KeyStore,
  linkAudit,
  type NewEndpoint,
  type NewEvent,
  type QueueChange,
  type WebhookStore,
} from '@keywright/core/store'
import { expect } from 'vitest'

/** A store of webhooks, and the store of keys over the same database. */
export interface WebhookStores {
  readonly keys: KeyStore
  readonly webhooks: WebhookStore
}

/** How {@link testWebhookStore} gets the stores of a test. */
export type OpenWebhooks = () => Promise<WebhookStores>

/** Longer than any test takes. */
export const leaseMs = 3_600_000

/** Of what is due, whatever is due. */
const claimAnything = { perEndpoint: 1_000, perOrganization: 1_000, taken: [] } as const

export const tester: Actor = { type: 'user', id: 'tester' }

export class Refused extends Error {}

export const unique = (what: string): string => `${what}-${crypto.randomUUID().slice(0, 18)}`

export function draft(type: AuditType, keyId: string | null, data: AuditDraft['data'] = {}): AuditDraft {
  return { type, actor: tester, keyId, context: { requestId: 'r-1' }, data }
}

/** The fields of a new endpoint, with letters that encodings lose. */
export function aNewEndpoint(overrides: Partial<NewEndpoint> = {}): NewEndpoint {
  return {
    url: 'https://hooks.example.com/in?team=ü☃😀',
    description: `Billing ü☃😀 '"\\%_\nsecond line`,
    types: ['api_key.revoked', 'order.paid'],
    secret: '$aes-256-gcm$v=1$k=k1$sealed',
    createdBy: { type: 'key', id: 'creator-1' },
    ...overrides,
  }
}

/** An event to publish, with a value in every field. */
export function anEvent(organizationId: string, overrides: Partial<NewEvent> = {}): NewEvent {
  return {
    id: unique('evt'),
    organizationId,
    type: 'order.paid',
    resource: { type: 'board', id: 'b1/ü☃' },
    data: JSON.stringify({ total: 12, text: 'ü☃😀 \'"\\' }),
    ...overrides,
  }
}

/** What a worker says of a delivery that arrived. Overrides make it another. */
export function outcomeOf(
  { id, endpointId }: { readonly id: string; readonly endpointId: string },
  overrides: Partial<DeliveryOutcome> = {},
): DeliveryOutcome {
  return {
    id,
    endpointId,
    status: 'delivered',
    reason: null,
    attempt: { at: new Date(1_700_000_000_123), status: 200, error: null, latencyMs: 12, text: 'ü☃😀 ok' },
    counts: true,
    nextInMs: null,
    ...overrides,
  }
}

/** An attempt that failed, with another try after so long; `null`: with none. */
export function failedOf(
  delivery: { readonly id: string; readonly endpointId: string },
  nextInMs: number | null = null,
): DeliveryOutcome {
  return outcomeOf(delivery, {
    status: nextInMs === null ? 'failed' : 'pending',
    attempt: { at: new Date(1_700_000_000_456), status: null, error: 'timeout', latencyMs: 3_000, text: '' },
    nextInMs,
  })
}

/** Stores with a new organization, and nothing that a worker could claim. */
export async function webhookWorld(open: OpenWebhooks) {
  const { keys, webhooks } = await open()
  await claimAll(webhooks)
  const organizationId = unique('org')
  const worker = unique('worker')

  const endpoint = (overrides: Partial<NewEndpoint> = {}, of: { keyId?: string; organizationId?: string } = {}) => {
    const keyId = of.keyId ?? 'k-hooks'
    return webhooks.insertEndpoint({
      id: unique('we'),
      keyId,
      organizationId: of.organizationId ?? organizationId,
      decide: () => ({ write: aNewEndpoint({ types: null, ...overrides }), audit: [draft('webhook.created', keyId)] }),
    })
  }
  const change = (id: string, write: EndpointChanges | 'delete', queue?: QueueChange) => {
    const decide: EndpointChange['decide'] = () => ({
      write,
      audit: [draft('webhook.updated', 'k-hooks')],
      ...(queue === undefined ? {} : { queue }),
    })
    return webhooks.changeEndpoint(id, { decide })
  }
  const claimEvents = (by = worker, limit = 100) => webhooks.claimEvents({ worker: by, limit, leaseMs })
  const claim = (by = worker, more: Partial<Omit<DeliveryClaim, 'worker'>> = {}) =>
    webhooks.claimDeliveries({ ...claimAnything, worker: by, limit: 100, leaseMs, ...more })

  /** Publishes events, and queues each for these endpoints. */
  const send = async (events: readonly NewEvent[], endpoints: readonly EndpointRecord[]): Promise<void> => {
    await webhooks.publish(events)
    const by = unique('router')
    const endpointIds = endpoints.map(({ id }) => id)
    await claimEvents(by, 1_000)
    await webhooks.queue(
      by,
      events.map(({ id }) => ({ eventId: id, endpointIds })),
    )
  }
  /** Sends so many new events to an endpoint. */
  const fill = async (to: EndpointRecord, count: number): Promise<readonly NewEvent[]> => {
    const events = Array.from({ length: count }, () => anEvent(to.organizationId))
    await send(events, [to])
    return events
  }
  /** Sends a new event to an endpoint, and claims the delivery. */
  const claimed = async (to: EndpointRecord): Promise<ClaimedDelivery> => {
    await fill(to, 1)
    const [one] = await claim()
    return one ?? expect.unreachable('Nothing was claimed')
  }
  const delivery = async (id: string) =>
    (await webhooks.findDelivery(id)) ?? expect.unreachable('There is no such delivery')
  const audit = (of = organizationId) => keys.listAudit({ organizationId: of, order: 'asc', limit: 1_000 })
  /** Waits until the clock of the store shows another millisecond, and returns it. */
  const tick = async (after?: Date): Promise<Date> => {
    const from = after ?? (await keys.now())
    await expect.poll(async () => (await keys.now()).getTime()).toBeGreaterThan(from.getTime())
    return keys.now()
  }
  return {
    ...{ keys, webhooks, organizationId, worker, endpoint, change, claimEvents, claim },
    ...{ send, fill, claimed, delivery, audit, tick },
  }
}

export type WebhookWorld = Awaited<ReturnType<typeof webhookWorld>>

/** A store that ends nothing must fail its tests, not hang. */
const mostRounds = 100

/** Ends what earlier tests left for workers. */
async function claimAll(webhooks: WebhookStore): Promise<void> {
  const worker = unique('cleaner')
  for (let round = 0; ; round += 1) {
    if (round === mostRounds) expect.unreachable('Events that were queued are given out again')
    const events = await webhooks.claimEvents({ worker, limit: 500, leaseMs })
    if (events.length === 0) break
    await webhooks.queue(
      worker,
      events.map(({ id }) => ({ eventId: id, endpointIds: [] })),
    )
  }
  for (let round = 0; ; round += 1) {
    if (round === mostRounds) expect.unreachable('Deliveries that were settled are given out again')
    const found = await webhooks.claimDeliveries({ ...claimAnything, worker, limit: 500, leaseMs })
    if (found.length === 0) break
    await webhooks.settle(
      worker,
      found.map(({ delivery }) => outcomeOf(delivery, { status: 'dropped', reason: 'cleaned', attempt: null })),
    )
  }
}

/** Expects that each record follows from the one before it. */
export function expectChain(records: Awaited<ReturnType<KeyStore['listAudit']>>): void {
  let head = emptyChain
  for (const record of records) {
    const [again] = linkAudit(head, record.organizationId, [record], record.at)
    expect(again?.hash).toBe(record.hash)
    head = record
  }
}

/** What all of several items have, in their order. */
export function idsOf(items: readonly { readonly id: string }[]): string[] {
  return items.map(({ id }) => id)
}
