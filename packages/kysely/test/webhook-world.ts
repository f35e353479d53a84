import type { EndpointRecord, NewEvent, WebhookStore } from '@keywright/core/store'

/** Longer than any test takes. */
export const leaseMs = 3_600_000

let count = 0

/** An event of an organization. */
export function eventOf(organizationId: string, overrides: Partial<NewEvent> = {}): NewEvent {
  count += 1
  return { id: `evt_${count}`, organizationId, type: 'order.paid', resource: null, data: '{}', ...overrides }
}

/** Makes an endpoint. */
export function insertEndpoint(webhooks: WebhookStore, organizationId: string): Promise<EndpointRecord> {
  count += 1
  return webhooks.insertEndpoint({
    ...{ id: `we_${count}`, keyId: `k${count}`, organizationId },
    decide: () => ({
      write: {
        ...{ url: 'https://hooks.example.com', description: null, types: null, secret: 'sealed' },
        createdBy: { type: 'user', id: 'tester' },
      },
      audit: [],
    }),
  })
}

/** Publishes so many events for an endpoint, and queues them. */
export async function send(webhooks: WebhookStore, to: EndpointRecord, many: number): Promise<void> {
  await webhooks.publish(Array.from({ length: many }, () => eventOf(to.organizationId)))
  const events = await webhooks.claimEvents({ worker: 'router', limit: many, leaseMs })
  await webhooks.queue(
    'router',
    events.map(({ id }) => ({ eventId: id, endpointIds: [to.id] })),
  )
}
