import { type OpenAPIHono, z } from '@hono/zod-openapi'
import {
  type Access,
  type DelegatedToken as Delegated,
  isKeyError,
  type Keyring,
  type Principal,
} from '@keywright/core'
import { adapterOf } from '@keywright/core/adapter'
import { type Problem, problemFor, replyTo } from '@keywright/core/http'
import type { ManagementApiOptions } from '../host/options.js'
import type { Exchange, ExchangeEnv } from '../http/exchange.js'
import { refuseOtherMethods } from '../http/other-methods.js'
import { collectBytes, textOf } from '../http/read-body.js'
import { jsonContent, jsonResponse } from '../http/response.js'
import { loadAuditContext } from '../request/audit-context.js'

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'
const resourceForm = /^urn:keywright:resource:([a-z][a-z0-9_-]*):(.+)$/

/** The codes of RFC 6749 §5.2 and RFC 8693 §2.2.2, and that of an outage. */
type OAuthCode =
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_target'
  | 'unsupported_grant_type'
  | 'temporarily_unavailable'

/** A refused exchange. Thrown inside, and answered in the form of RFC 6749. */
class ExchangeRefused extends Error {
  override readonly name = 'ExchangeRefused'
  readonly code: OAuthCode
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(code: OAuthCode, description: string, status = 400, headers: Readonly<Record<string, string>> = {}) {
    super(description)
    this.code = code
    this.status = status
    this.headers = headers
  }
}

const path = '/token'

const Form = z
  .object({
    grant_type: z.literal(grantType),
    subject_token: z.string().openapi({ description: 'A key, or a token that a key delegated.' }),
    subject_token_type: z.literal(accessToken),
    requested_token_type: z.literal(accessToken).optional(),
    scope: z
      .string()
      .openapi({ description: 'The scopes of the new token, with spaces between them.', example: 'tasks.read' }),
    resource: z
      .array(z.string())
      .optional()
      .openapi({ description: 'The only resources that it reaches.', example: ['urn:keywright:resource:board:b1'] }),
  })
  .openapi('ExchangeToken', { description: 'What of a key is to be given on.' })

const DelegatedToken = z
  .object({
    access_token: z.string(),
    issued_token_type: z.literal(accessToken),
    token_type: z.literal('Bearer'),
    expires_in: z.int().min(0).openapi({ description: 'Seconds.', example: 300 }),
    scope: z.string(),
  })
  .openapi('DelegatedToken', { description: 'A token that can do a part of what its key can.' })

/**
 * Serves the token exchange of a keyring that delegates. It is no operation of a caller: nobody needs to be signed in, and no cookie is
 * looked at, for the key in the form is the credential. The answers have the form of RFC 6749.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2 | RFC 8693 §2}
 */
export function serveTokenExchange<A extends Access>(
  app: OpenAPIHono<ExchangeEnv>,
  keyring: Keyring<A>,
  options: Pick<ManagementApiOptions, 'clientIp'>,
  hostTimeoutMs: number,
): void {
  if (!adapterOf(keyring).delegates) return
  const exchange = exchanger(keyring as unknown as Keyring, options, hostTimeoutMs) // names in a request are text
  app.post(path, ({ req, env }) => exchange(req.raw, env))
  refuseOtherMethods(app, [path], ['POST'])
  const described = (description: string) => ({ description })
  app.openAPIRegistry.registerPath({
    operationId: 'exchangeToken',
    tags: ['keys'],
    method: 'post',
    path,
    summary: 'Exchange a key for a token that can do a part of what it can (RFC 8693)',
    description: 'Needs no login: the key is the credential. An exchange is a use of the key.',
    security: [],
    request: { body: { required: true, content: { 'application/x-www-form-urlencoded': { schema: Form } } } },
    responses: {
      200: jsonContent(DelegatedToken, 'The token. It is shown this once.'),
      400: described('The form, the key, a scope or a resource is not right; `error` says which.'),
      413: described('The body is larger than 64 KB.'),
      429: described('A limit of the key, or of the network of the client, is used up.'),
      503: described('The keys, or the login of the product, cannot be reached.'),
    },
  })
}

function exchanger(
  keyring: Keyring,
  options: Pick<ManagementApiOptions, 'clientIp'>,
  hostTimeoutMs: number,
): (request: Request, exchange: Exchange) => Promise<Response> {
  return async (request, exchange) => {
    try {
      const asked = readExchange(request, await readForm(request))
      const { ip } = await loadAuditContext(request, exchange, options, hostTimeoutMs)
      const verdict = await keyring.verify(asked.subjectToken, { ip, requestId: exchange.requestId })
      if (!verdict.ok) throw refusedKey(replyTo(verdict.refusal, { realm: 'token' }), problemFor(verdict.refusal))
      const made = await delegate(keyring, verdict.principal, asked)
      const answer = {
        access_token: made.token.reveal(),
        issued_token_type: accessToken,
        token_type: 'Bearer',
        expires_in: Math.floor(made.ttlMs / 1_000),
        scope: asked.scopes.join(' '),
      }
      return jsonResponse(answer, 200, noCache)
    } catch (error) {
      if (!(error instanceof ExchangeRefused)) throw error
      const body = { error: error.code, error_description: error.message }
      return jsonResponse(body, error.status, { ...noCache, ...error.headers })
    }
  }
}

const noCache = { Pragma: 'no-cache' } as const

/** The parameters of an exchange, checked as far as the access model is not needed. */
interface AskedExchange {
  readonly subjectToken: string
  readonly scopes: readonly string[]
  readonly resources: Readonly<Record<string, readonly string[]>>
}

async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type)) {
    throw new ExchangeRefused('invalid_request', 'Send the parameters as application/x-www-form-urlencoded.')
  }
  const text = textOf(await collectBytes(request))
  if (text === null) throw new ExchangeRefused('invalid_request', 'The body is not valid UTF-8.')
  return new URLSearchParams(text)
}

function readExchange(request: Request, form: URLSearchParams): AskedExchange {
  if (new URL(request.url).search !== '') {
    throw new ExchangeRefused('invalid_request', 'Send the parameters in the body: URLs are written to logs.')
  }
  const names = [...form.keys()]
  if (names.some((name, at) => name !== 'resource' && names.indexOf(name) !== at)) {
    throw new ExchangeRefused('invalid_request', 'Only resource may be there more than once.')
  }
  if (form.get('grant_type') !== grantType) {
    throw new ExchangeRefused('unsupported_grant_type', `grant_type must be ${grantType}.`)
  }
  if (form.has('audience')) throw new ExchangeRefused('invalid_target', 'audience is not supported: use resource.')
  if (form.has('actor_token') || form.has('actor_token_type')) {
    throw new ExchangeRefused('invalid_request', 'actor_token is not supported: who has the token acts for its key.')
  }
  const subjectToken = form.get('subject_token') ?? ''
  if (subjectToken === '' || form.get('subject_token_type') !== accessToken) {
    throw new ExchangeRefused('invalid_request', `subject_token must be a key, and subject_token_type ${accessToken}.`)
  }
  if (form.has('requested_token_type') && form.get('requested_token_type') !== accessToken) {
    throw new ExchangeRefused('invalid_request', `requested_token_type must be ${accessToken}, or left out.`)
  }
  const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
  // RFC 6749 §3.3: a server without a default fails. What is left out must not become everything.
  if (scopes.length === 0) throw new ExchangeRefused('invalid_scope', 'Name the scopes that the token is to have.')
  return { subjectToken, scopes, resources: readResources(form.getAll('resource')) }
}

function readResources(uris: readonly string[]): AskedExchange['resources'] {
  const byType = new Map<string, string[]>()
  for (const uri of uris) {
    const [, type = '', escaped = ''] = resourceForm.exec(uri) ?? []
    const id = decode(escaped)
    if (type === '' || id === null) {
      throw new ExchangeRefused(
        'invalid_target',
        'resource must be urn:keywright:resource:<type>:<id>, percent-encoded.',
      )
    }
    byType.set(type, [...(byType.get(type) ?? []), id])
  }
  return Object.fromEntries(byType)
}

function decode(escaped: string): string | null {
  try {
    return decodeURIComponent(escaped)
  } catch {
    return null
  }
}

async function delegate(
  keyring: Keyring,
  principal: Principal,
  { scopes, resources }: AskedExchange,
): Promise<Delegated> {
  try {
    return await keyring.delegate(principal, { scopes: scopes as never, resources }) // names are checked there
  } catch (error) {
    throw isKeyError(error) ? refusalOf(error) : error
  }
}

/** The refusal for an error of the keyring; the error itself for an outage, which the API answers as any other. */
function refusalOf(error: Error & { readonly code: string; readonly field?: unknown }): Error {
  const field = String(error.field ?? '')
  const isBad = ['scope_unknown', 'scope_exceeds_actor', 'invalid_input'].includes(error.code)
  if (isBad && field.startsWith('scopes')) {
    return new ExchangeRefused(
      'invalid_scope',
      'The key does not have these scopes, or they and the resources are too many.',
    )
  }
  if (isBad && field.startsWith('resources')) {
    return new ExchangeRefused(
      'invalid_target',
      'A resource is of a type that is not known, or has an id that is none.',
    )
  }
  if (isBad || error.code === 'invalid_state') {
    return new ExchangeRefused(
      'invalid_request',
      'This token cannot be exchanged: it was passed on too often, or is over.',
    )
  }
  return error
}

/** RFC 8693 §2.2.2: a subject token that is not good makes the request invalid. An outage says nothing of it. */
function refusedKey({ status, headers }: ReturnType<typeof replyTo>, { detail }: Problem): ExchangeRefused {
  if (status !== 503 && status !== 429) return new ExchangeRefused('invalid_request', detail)
  const retryAfter = headers['Retry-After']
  const wait: Readonly<Record<string, string>> = retryAfter === undefined ? {} : { 'Retry-After': retryAfter }
  return new ExchangeRefused('temporarily_unavailable', detail, status, wait)
}
