import { randomUUID } from 'node:crypto'
import type { ManageOptions } from '@keywright/core'
import { wrapStoreErrors } from '@keywright/core/adapter'
import { testType } from '../catalog/event-catalog.js'
import type { DeliveryResult } from '../delivery/deliver.js'
import { changeEndpoint } from '../endpoints/change-endpoint.js'
import { WebhookBusy, WebhookDisabled, WebhookNotFound } from '../endpoints/endpoint-errors.js'
import type { WorkerParts } from './parts.js'
import type { Worker } from './worker.js'

/** What came of a test: the same that the log keeps of it. */
export type TestResult =
  | (Omit<DeliveryResult, 'retryAfterMs'> & { readonly eventId: string })
  /** It was not sent, since the key may do nothing now, or that cannot be known. */
  | { readonly outcome: 'not_sent'; readonly reason: string; readonly eventId: string }

/** How many tests a process has under way: whoever waits for one waits for a server that may not answer. */
const mostTests = 16

/**
 * Sends an event that only tests an endpoint, at once and once, on the way that every other event goes.
 *
 * @throws WebhookNotFound, WebhookDisabled, WebhookBusy, and what {@link changeEndpoint} throws.
 */
export async function testEndpoint(
  parts: WorkerParts,
  worker: Pick<Worker, 'test' | 'testing'>,
  id: string,
  options: ManageOptions,
): Promise<TestResult> {
  const others = [...worker.testing.values()]
  if (others.length >= mostTests || others.some(({ endpoint }) => endpoint.id === id)) throw new WebhookBusy(id)
  const eventId = `evt_${randomUUID().replaceAll('-', '')}`
  const { record } = await changeEndpoint(parts, id, options, 'send events for', () => ({ status }) => {
    if (status === 'disabled_by_system') throw new WebhookDisabled(id)
    return { write: {}, type: 'webhook.tested', data: { eventId } }
  })
  const data = JSON.stringify({ endpoint_id: record.id })
  const { organizationId } = record
  const event = { id: eventId, organizationId, type: testType, resource: null, data }
  const request = { worker: parts.worker, leaseMs: parts.leaseMs }
  const claimed = await wrapStoreErrors(parts.store.claimNew(event, record.id, request))
  if (claimed === null) throw new WebhookNotFound(id)
  const { result, outcome } = await worker.test(claimed)
  if (result === null) return { outcome: 'not_sent', reason: outcome.reason ?? 'unknown', eventId }
  const { retryAfterMs: _, ...shown } = result
  return { ...shown, eventId }
}
