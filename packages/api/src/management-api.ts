import { OpenAPIHono } from '@hono/zod-openapi'
import { type Access, type AuditContext, InvalidOptions, type Keyring, type Owner, type Within } from '@keywright/core'
import type { Context } from 'hono'
import { cors } from 'hono/cors'
import type { Caller } from './caller.js'
import { catalogueOperations } from './catalogue-operations.js'
import { describeApi, registerOperation } from './document.js'
import { guardBrowser } from './guard-browser.js'
import { askHost, readCaller, readClientIp, readOrganization } from './host.js'
import { keyOperations } from './key-operations.js'
import { logOperations } from './log-operations.js'
import { json, type Operation } from './operation.js'
import type { ManagementApiOptions } from './options.js'
import { permits } from './permit.js'
import { ApiProblem, isOutage, problemResponse } from './problem.js'
import { readBody } from './read-body.js'
import { readParts } from './read-parts.js'
import { revealOperation } from './reveal-operation.js'

/** The management API: mount `fetch` at its base path. */
export interface ManagementApi {
  /** Answers every request below the base path. Never rejects. */
  fetch(request: Request): Promise<Response>
  /** The OpenAPI 3.1 document. */
  readonly document: Readonly<Record<string, unknown>>
}

/**
 * Makes the management API of a keyring: people, and keys where that is allowed, manage the keys of their organisation.
 *
 * @throws InvalidOptions, naming the option.
 */
export function managementApi<A extends Access>(keyring: Keyring<A>, options: ManagementApiOptions<A>): ManagementApi {
  const { authenticate, organization, clientIp, onError, resources = {} } = options
  const { basePath = '/api/api-keys', allowKeys = false, origins = [], hostTimeoutMs = 5_000 } = options
  checkOptions(keyring, options)
  const permitOf = permits(keyring, options.permissions)
  const trusted = new Set(origins)
  const plain = keyring as unknown as Keyring // names of the catalogue are checked where they arrive

  const contextOf = async (request: Request): Promise<AuditContext> => {
    const requestId = request.headers.get('x-request-id')
    const userAgent = request.headers.get('user-agent')
    const ip = clientIp === undefined ? null : await askHost(() => clientIp(request), readClientIp, hostTimeoutMs)
    return {
      ...(requestId === null ? {} : { requestId }),
      ...(ip === null ? {} : { ip }),
      ...(userAgent === null ? {} : { userAgent }),
    }
  }

  const answer = async (context: Context, { handle, ...operation }: Operation): Promise<Response> => {
    const request = context.req.raw
    const caller = await askHost(() => authenticate(request), readCaller, hostTimeoutMs)
    if (caller === null) throw new ApiProblem(401, 'not_authenticated', 'Sign in first.')
    const isKey = caller.actor.type === 'key'
    if (isKey && !allowKeys) throw notPermitted('Keys are managed by people here, not by keys.')
    if (caller.ambient) guardBrowser(request, trusted)
    const organizationId = await askHost(() => organization(request, caller), readOrganization, hostTimeoutMs)
    if (organizationId === null) throw notPermitted('You are not a member of this organisation.')

    const owner = isKey ? await ownerOfKey(plain, caller, organizationId) : personOf(caller, organizationId)
    const permit = await askHost(
      () => permitOf(caller, organizationId),
      (answered) => answered as Awaited<ReturnType<typeof permitOf>>, // our own; only the roles in it are the host's
      hostTimeoutMs,
    )
    const managesAll = permit.has('manageAll')
    const within: Within = managesAll ? { organizationId } : { organizationId, owner }
    // Keys of one owner are siblings: without the right to manage all, a key reaches itself alone (MGMT-4).
    const reaches = (id: string): boolean => managesAll || !isKey || id === caller.actor.id
    const { params, query } = readParts(context, operation)
    const body = operation.body === undefined ? {} : await readBody(request, operation.body)
    if ('id' in params && !reaches(String(params.id))) throw new ApiProblem(404, 'key_not_found', 'No such key.')
    const asked = { request, keyring: plain, caller, organizationId, owner, permit, within, reaches }
    return handle({ ...asked, context: await contextOf(request), params, query, body })
  }

  const app = new OpenAPIHono().basePath(basePath)
  // Without origins of its own, the API is for its own origin alone, and says nothing to any other (HTTP-13).
  if (trusted.size > 0) app.use('*', cors({ origin: [...trusted], credentials: true, ...crossOrigin }))
  const operations: readonly Operation[] = [
    ...logOperations,
    ...catalogueOperations(resources, hostTimeoutMs),
    ...keyOperations,
    revealOperation(options, hostTimeoutMs),
  ]
  for (const operation of operations) registerOperation(app, operation)
  const document = describeApi(app)
  // First, for it looks like the id of a key.
  app.get('/openapi.json', () => json(document))
  for (const operation of operations) {
    const path = operation.path === '/' ? '' : operation.path.replace(/\{(\w+)\}/g, ':$1')
    app.on(operation.method.toUpperCase(), path === '' ? ['', '/'] : [path], (context) => answer(context, operation))
  }
  app.onError((error) => {
    if (isOutage(error)) tell(onError, error)
    return problemResponse(error)
  })
  app.notFound(() => problemResponse(new ApiProblem(404, 'not_found', 'There is nothing at this address.')))
  return Object.freeze({ fetch: async (request: Request) => app.fetch(request), document })
}

const crossOrigin = {
  allowMethods: ['GET', 'POST', 'PATCH', 'DELETE'],
  allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-API-Key', 'X-Request-Id'],
  exposeHeaders: ['Link', 'Retry-After'],
}

function checkOptions<A extends Access>(keyring: Keyring<A>, options: ManagementApiOptions<A>): void {
  const { authenticate, organization, basePath, origins = [], hostTimeoutMs = 1 } = options
  if (typeof keyring?.create !== 'function') throw new InvalidOptions('keyring', 'what createKeyring returned')
  if (typeof authenticate !== 'function') throw new InvalidOptions('authenticate', 'a function of the request')
  if (typeof organization !== 'function') throw new InvalidOptions('organization', 'a function of the request')
  if (basePath !== undefined && !/^(\/[A-Za-z0-9._~-]+)+$/.test(basePath)) {
    throw new InvalidOptions('basePath', 'a path such as /api/api-keys')
  }
  for (const name of ['assertFresh', 'clientIp', 'onError'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') throw new InvalidOptions(name, 'a function')
  }
  // As a browser sends it: with a path, say, it would never be equal to any.
  if (!Array.isArray(origins) || !origins.every(isOrigin)) {
    throw new InvalidOptions('origins', 'origins such as https://app.example.com; never *')
  }
  if (!Number.isSafeInteger(hostTimeoutMs) || hostTimeoutMs < 1 || hostTimeoutMs > 60_000) {
    throw new InvalidOptions('hostTimeoutMs', 'whole milliseconds from 1 to 60000')
  }
}

function isOrigin(origin: string): boolean {
  return URL.canParse(origin) && new URL(origin).origin === origin && !origin.includes('*')
}

function personOf({ actor }: Caller, organizationId: string): Owner {
  return { type: 'user', id: actor.id, organizationId }
}

/** Whose keys are "mine" to a key: those of the one it acts for. */
async function ownerOfKey(keyring: Keyring, { actor }: Caller, organizationId: string): Promise<Owner> {
  const key = await keyring.get(actor.id, { within: { organizationId } })
  if (key?.status !== 'active') throw notPermitted('This key does not act in this organisation.')
  return key.owner
}

function notPermitted(detail: string): ApiProblem {
  return new ApiProblem(403, 'not_permitted', detail)
}

function tell(onError: ((error: unknown) => void) | undefined, error: unknown): void {
  try {
    onError?.(error)
  } catch {
    // A logger that fails changes no answer.
  }
}
