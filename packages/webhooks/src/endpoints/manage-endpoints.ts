import { randomBytes } from 'node:crypto'
import { InvalidInput, type ManageOptions, type PageQuery, Secret } from '@keywright/core'
import { checkDescription, checkNames, wholeNumber, wrapStoreErrors } from '@keywright/core/adapter'
import { organizationOf } from '@keywright/core/store'
import { makeWebhookSecret } from '../signature/make-webhook-secret.js'
import { changeEndpoint, draftOf } from './change-endpoint.js'
import { pageOf, parsePage } from './cursor.js'
import { type EndpointWithSecret, toEndpoint, type WebhookEndpoint } from './endpoint.js'
import { WebhookLimitReached } from './endpoint-errors.js'
import {
  type CreateEndpointInput,
  checkTypes,
  checkUrl,
  createNames,
  parseUpdate,
  type UpdateEndpointInput,
} from './endpoint-input.js'
import type { EndpointParts } from './parts.js'
import { reachEndpoint } from './reach-endpoint.js'
import { sealSecret } from './seal-secret.js'

/** Which endpoints to list: those of a key. */
export interface EndpointListQuery extends PageQuery {
  readonly keyId: string
}

/** A page of endpoints, newest first. */
export interface EndpointPage {
  readonly endpoints: readonly WebhookEndpoint[]
  readonly nextCursor: string | null
}

const dayMs = 86_400_000
const attach = 'attach a webhook to'

export async function createEndpoint(
  parts: EndpointParts,
  input: CreateEndpointInput,
  options: ManageOptions,
): Promise<EndpointWithSecret> {
  checkNames(input, createNames, { Invalid: InvalidInput })
  const { door, store, sealer, rules, maxEndpoints } = parts
  const settings = {
    url: checkUrl(rules, input.url),
    types: checkTypes(rules, input.types),
    description: checkDescription(input.description),
  }
  const { key, actor, context } = await door.actForKey(input.keyId, options, attach)
  const organizationId = organizationOf(key.owner)
  const id = `we_${randomBytes(12).toString('hex')}`
  const secret = makeWebhookSecret()
  const sealed = await sealSecret(sealer, { id, organizationId }, secret)
  let at = new Date()
  const record = await wrapStoreErrors(
    store.insertEndpoint({
      id,
      keyId: key.id,
      organizationId,
      auditKey: door.auditKey,
      decide: ({ now, used }) => {
        if (used >= maxEndpoints) throw new WebhookLimitReached(maxEndpoints)
        at = now
        const { types } = settings
        const draft = draftOf({ id, keyId: key.id, url: settings.url }, { actor, context }, 'webhook.created', {
          types,
        })
        return { write: { ...settings, secret: sealed, createdBy: actor }, audit: [draft] }
      },
    }),
  )
  return { endpoint: toEndpoint(record, at), secret: new Secret(secret) }
}

export async function getEndpoint(
  parts: EndpointParts,
  id: string,
  options: Pick<ManageOptions, 'within'>,
): Promise<WebhookEndpoint> {
  const { record, now } = await reachEndpoint(parts, id, options, null)
  return toEndpoint(record, now)
}

export async function listEndpoints(
  parts: EndpointParts,
  query: EndpointListQuery,
  options: Pick<ManageOptions, 'within'>,
): Promise<EndpointPage> {
  checkNames(query, { keyId: true, limit: true, cursor: true }, { Invalid: InvalidInput })
  const { key, now } = await parts.door.actForKey(query.keyId, options, null)
  const organizationId = organizationOf(key.owner)
  const { limit, after } = parsePage(query)
  const page = { organizationId, keyId: key.id, ...after, limit: limit + 1 }
  const found = await wrapStoreErrors(parts.store.listEndpoints(page))
  const { records, nextCursor } = pageOf(found, limit)
  return { endpoints: records.map((record) => toEndpoint(record, now)), nextCursor }
}

export async function updateEndpoint(
  parts: EndpointParts,
  id: string,
  input: UpdateEndpointInput,
  options: ManageOptions,
): Promise<WebhookEndpoint> {
  const changes = parseUpdate(parts.rules, input)
  const { record, now } = await changeEndpoint(parts, id, options, attach, () => (before) => {
    const changed = Object.entries(changes).filter(
      ([name, value]) => JSON.stringify(before[name as keyof typeof changes]) !== JSON.stringify(value), // a name of them
    )
    if (changed.length === 0) return null
    // What failed at another URL says nothing of this one.
    const isMoved = changed.some(([name]) => name === 'url')
    return {
      write: { ...Object.fromEntries(changed), ...(isMoved ? { failingSince: null } : {}) },
      type: 'webhook.updated',
      data: { changed: changed.map(([name]) => name) },
    }
  })
  return toEndpoint(record, now)
}

export async function pauseEndpoint(
  parts: EndpointParts,
  id: string,
  options: ManageOptions,
): Promise<WebhookEndpoint> {
  const { record, now } = await changeEndpoint(parts, id, options, null, () => ({ status }) => {
    if (status !== 'active') return null
    return { write: { status: 'paused' }, queue: { to: 'hold' }, type: 'webhook.paused' }
  })
  return toEndpoint(record, now)
}

export async function resumeEndpoint(
  parts: EndpointParts,
  id: string,
  options: ManageOptions,
): Promise<WebhookEndpoint> {
  const { record, now } = await changeEndpoint(parts, id, options, attach, () => ({ status }) => {
    if (status === 'active') return null
    const write = { status: 'active', stop: null, failingSince: null } as const
    return { write, queue: { to: 'resume' }, type: 'webhook.resumed' }
  })
  return toEndpoint(record, now)
}

export async function rotateEndpointSecret(
  parts: EndpointParts,
  id: string,
  input: { readonly graceMs?: number | undefined },
  options: ManageOptions,
): Promise<EndpointWithSecret> {
  checkNames(input, { graceMs: true }, { Invalid: InvalidInput })
  const { graceMs = dayMs } = input
  wholeNumber(graceMs, 'graceMs', { least: 0, most: 7 * dayMs, Invalid: InvalidInput })
  const secret = makeWebhookSecret()
  const { record, now } = await changeEndpoint(
    parts,
    id,
    options,
    attach,
    async ({ record: { organizationId, id: own } }) => {
      const sealed = await sealSecret(parts.sealer, { id: own, organizationId }, secret)
      return (before, { now: at }) => {
        const until = new Date(at.getTime() + graceMs)
        return {
          write: { secret: sealed, previousSecret: before.secret, previousSecretExpiresAt: until },
          type: 'webhook.secret_rotated',
          data: { previousSecretExpiresAt: until.toISOString() },
        }
      }
    },
  )
  return { endpoint: toEndpoint(record, now), secret: new Secret(secret) }
}

export async function deleteEndpoint(parts: EndpointParts, id: string, options: ManageOptions): Promise<void> {
  await changeEndpoint(parts, id, options, null, () => () => ({ write: 'delete', type: 'webhook.deleted' }))
}
