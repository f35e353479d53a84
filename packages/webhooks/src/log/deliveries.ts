import { InvalidInput, type JsonObject, type ManageOptions, type PageQuery } from '@keywright/core'
import { checkInstant, checkNames, wrapStoreErrors } from '@keywright/core/adapter'
import { type AttemptRecord, type DeliveryRecord, type DeliveryStatus, deliveryId } from '@keywright/core/store'
import { draftOf } from '../endpoints/change-endpoint.js'
import { pageOf, parsePage } from '../endpoints/cursor.js'
import { WebhookDisabled } from '../endpoints/endpoint-errors.js'
import type { EndpointParts } from '../endpoints/parts.js'
import { reachEndpoint } from '../endpoints/reach-endpoint.js'

/** An event on its way to one endpoint, and what became of it. */
export interface Delivery {
  readonly id: string
  readonly endpointId: string
  /** The `webhook-id` that the receiver sees. */
  readonly eventId: string
  readonly eventType: string
  /** When the event happened. */
  readonly eventAt: Date
  readonly status: DeliveryStatus
  /** Why it was dropped, such as `insufficient_scope` or `key_disabled`; `null` otherwise. */
  readonly reason: string | null
  /** How many attempts there were since it was queued, or replayed. */
  readonly attempts: number
  /** When the next attempt is due; `null`: never. */
  readonly nextAt: Date | null
  /** The last ten attempts, oldest first: no headers, and at most 1024 characters of each answer. */
  readonly log: readonly AttemptRecord[]
  readonly createdAt: Date
}

/** Which deliveries to list: those to an endpoint, newest first. */
export interface DeliveryListQuery extends PageQuery {
  readonly endpointId: string
  /** One of these. @defaultValue any */
  readonly status?: DeliveryStatus | readonly DeliveryStatus[] | undefined
}

/** A page of deliveries. */
export interface DeliveryPage {
  readonly deliveries: readonly Delivery[]
  readonly nextCursor: string | null
}

/** What to send again. */
export type ReplayInput =
  /** This event, whatever became of it, unless it waits. */
  | { readonly eventId: string }
  /** Events of this time that were not delivered, also those that were published while the endpoint was paused. At most 10 000. */
  | { readonly from: Date; readonly to: Date }

const statuses: readonly unknown[] = ['pending', 'held', 'delivered', 'failed', 'dropped'] satisfies DeliveryStatus[]
const mostReplayed = 10_000
const listNames = { endpointId: true, status: true, limit: true, cursor: true } as const

export async function listDeliveries(
  parts: EndpointParts,
  query: DeliveryListQuery,
  options: Pick<ManageOptions, 'within'>,
): Promise<DeliveryPage> {
  checkNames(query, listNames, { Invalid: InvalidInput, defined: ['status'] })
  const status = query.status === undefined ? undefined : [query.status].flat()
  if (status !== undefined && (status.length === 0 || !status.every((one) => statuses.includes(one))))
    throw new InvalidInput('status', `one or more of ${statuses.join(', ')}`)
  const { record } = await reachEndpoint(parts, query.endpointId, options, null)
  const { limit, after } = parsePage(query)
  const asked = { endpointId: record.id, ...(status === undefined ? {} : { status }), ...after, limit: limit + 1 }
  const { records, nextCursor } = pageOf(await wrapStoreErrors(parts.store.listDeliveries(asked)), limit)
  return { deliveries: records.map(toDelivery), nextCursor }
}

export async function getDelivery(
  parts: EndpointParts,
  endpointId: string,
  eventId: string,
  options: Pick<ManageOptions, 'within'>,
): Promise<Delivery | null> {
  if (typeof eventId !== 'string') throw new InvalidInput('eventId', 'the id of an event, a string')
  const { record } = await reachEndpoint(parts, endpointId, options, null)
  const found = await wrapStoreErrors(parts.store.findDelivery(deliveryId(eventId, record.id)))
  return found === null ? null : toDelivery(found)
}

export async function replayEvents(
  parts: EndpointParts,
  endpointId: string,
  input: ReplayInput,
  options: ManageOptions,
): Promise<{ readonly queued: number }> {
  checkNames(input, { eventId: true, from: true, to: true }, { Invalid: InvalidInput })
  const what = parseReplay(input)
  const reached = await reachEndpoint(parts, endpointId, options, 'send events for')
  const { record } = reached
  if (record.status !== 'active') throw new WebhookDisabled(record.id)
  const said: JsonObject = 'from' in what ? { from: what.from.toISOString(), to: what.to.toISOString() } : { ...what }
  const queued = await wrapStoreErrors(
    parts.store.replay({
      ...what,
      endpointId: record.id,
      auditKey: parts.door.auditKey,
      audit: (count) => [draftOf(record, reached, 'webhook.replayed', { ...said, queued: count })],
    }),
  )
  return { queued }
}

function parseReplay(
  input: ReplayInput,
): { readonly eventId: string } | { readonly from: Date; readonly to: Date; readonly limit: number } {
  if ('eventId' in input) {
    if ('from' in input || 'to' in input) throw new InvalidInput('eventId', 'left out, with from and to')
    if (typeof input.eventId !== 'string') throw new InvalidInput('eventId', 'the id of an event, a string')
    return { eventId: input.eventId }
  }
  const [from, to] = [checkInstant(input.from, 'from'), checkInstant(input.to, 'to')]
  if (from >= to) throw new InvalidInput('to', 'a time after from')
  return { from, to, limit: mostReplayed }
}

/** What is shown of a delivery. */
function toDelivery(record: DeliveryRecord): Delivery {
  const { event, ...shown } = record
  return { ...shown, eventId: event.id, eventType: event.type, eventAt: event.createdAt }
}
