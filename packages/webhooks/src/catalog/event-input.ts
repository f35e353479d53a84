import { createHash, randomUUID } from 'node:crypto'
import { type Access, InvalidInput, type JsonObject, type ResourceRef } from '@keywright/core'
import { checkId, checkNames, isRecord, type NamesOf, nearest } from '@keywright/core/adapter'
import type { NewEvent, StoredEvent } from '@keywright/core/store'
import type { EventCatalog } from './event-catalog.js'

/** What happened, as the host publishes it. */
export interface EventInput<T extends string = string> {
  /** One of the types of the option `events`. */
  readonly type: T
  /** The keys of this organization may hear of it. */
  readonly organizationId: string
  /** What it is about. Needed where the type's scope is one of resources. @defaultValue none */
  readonly resource?: ResourceRef | null | undefined
  /**
   * What receivers are told, as JSON. Keep it thin, such as ids: a receiver asks for the rest with its key. Together with type and
   * time at most 20 KB. @defaultValue `{}`
   */
  readonly data?: JsonObject | undefined
  /**
   * An id of what happened, 1 to 255 characters: an event that is published again with it is not sent again, for as long as it is
   * kept. @defaultValue none
   */
  readonly idempotencyKey?: string | undefined
}

const inputNames: NamesOf<EventInput> = {
  type: true,
  organizationId: true,
  resource: true,
  data: true,
  idempotencyKey: true,
}

const maxBodyBytes = 20_000

/** @throws {@link InvalidInput}, naming the field. */
export function parseEvent(access: Access, { types, published }: EventCatalog, input: EventInput): NewEvent {
  checkNames(input, inputNames, { Invalid: InvalidInput })
  const { type, resource = null, data = {}, idempotencyKey } = input
  const definition = types.get(type)
  if (definition === undefined || !published.has(type)) {
    const meant = typeof type === 'string' ? nearest(type, [...published]) : null
    const hint = meant === null ? '' : ` Did you mean ${meant}?`
    throw new InvalidInput('type', 'a type of the option events', `type must be a type of the option events.${hint}`)
  }
  const organizationId = checkId(input.organizationId, 'organizationId')
  if (access.resourceScopes.has(definition.scope) && resource === null)
    throw new InvalidInput('resource', `the resource of the event: ${definition.scope} is a scope of resources`)
  const about = resource === null ? null : parseResource(access, resource, definition.scope)
  if (!isRecord(data)) throw new InvalidInput('data', 'a JSON object')
  const event = { id: eventId(organizationId, idempotencyKey), organizationId, type, resource: about }
  const made = { ...event, data: textOf(data) }
  if (Buffer.byteLength(bodyOf({ ...made, createdAt: new Date(0) })) > maxBodyBytes)
    throw new InvalidInput('data', 'at most 20 KB of JSON, together with type and time')
  return made
}

/** The body of a webhook: the same bytes at each attempt. */
export function bodyOf({ type, createdAt, data }: Pick<StoredEvent, 'type' | 'createdAt' | 'data'>): string {
  return `{"type":${JSON.stringify(type)},"timestamp":"${createdAt.toISOString()}","data":${data}}`
}

function parseResource(access: Access, { type, id }: ResourceRef, scope: string): ResourceRef {
  const known = access.resources.get(type)
  if (known === undefined) throw new InvalidInput('resource.type', 'a resource type of the access model')
  const givesScope = [...known.scopesByLevel.values()].some((scopes) => scopes.has(scope))
  if (access.resourceScopes.has(scope) && !givesScope)
    throw new InvalidInput('resource.type', `a resource type with the scope ${scope}`)
  return { type, id: checkId(id, 'resource.id') }
}

function textOf(data: JsonObject): string {
  try {
    const text = JSON.stringify(data)
    if (typeof text === 'string') return text
  } catch {
    // A circle, or a bigint: said below.
  }
  throw new InvalidInput('data', 'a JSON object')
}

/** No part of it is the host's: receivers are told it in a header. */
function eventId(organizationId: string, idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return `evt_${randomUUID().replaceAll('-', '')}`
  const key = checkId(idempotencyKey, 'idempotencyKey')
  return `evt_${createHash('sha256').update(`${organizationId}\0${key}`).digest('hex').slice(0, 32)}`
}
