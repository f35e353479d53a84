import { OpenAPIHono } from '@hono/zod-openapi'
import type { Access, Keyring } from '@keywright/core'
import { adapterOf, isolated, readRequestId } from '@keywright/core/adapter'
import type { Context } from 'hono'
import { cors } from 'hono/cors'
import { checkOptions } from './host/check-options.js'
import type { ManagementApiOptions } from './host/options.js'
import { conditional } from './http/conditional-get.js'
import { type Exchange, type ExchangeEnv, finish, newExchange } from './http/exchange.js'
import { refuseOtherMethods } from './http/other-methods.js'
import { parseRequest } from './http/parse-request.js'
import { ApiProblem, keyNotFound, problemResponse } from './http/problem.js'
import { jsonResponse } from './http/response.js'
import { budgetOperations } from './operations/budget-operations.js'
import { bulkOperations } from './operations/bulk-operations.js'
import { catalogOperations } from './operations/catalog-operations.js'
import { describeApi, registerOperation } from './operations/document.js'
import { keyOperations } from './operations/key-operations.js'
import { leaverOperations } from './operations/leaver-operations.js'
import { logOperations } from './operations/log-operations.js'
import type { Operation } from './operations/operation.js'
import { scheduleOperations } from './operations/schedule-operations.js'
import { selfOperation } from './operations/self-operation.js'
import { serveTokenExchange } from './operations/token-exchange.js'
import { serveTokenRevocation } from './operations/token-revocation.js'
import { usageOperations } from './operations/usage-operations.js'
import { verifyOperation } from './operations/verify-operation.js'
import { webhookLogOperations } from './operations/webhook-log-operations.js'
import { webhookOperations } from './operations/webhook-operations.js'
import { loadAuditContext } from './request/audit-context.js'
import { nameLoader } from './request/load-names.js'
import { problemOf } from './request/problem-of.js'
import { senderLoader } from './request/sender.js'
import { tokenViewer } from './request/show-token.js'

/** The management API. Mount `fetch` at the base path. */
export interface ManagementApi {
  /** Answers every request below the base path. Never rejects: every failure is a problem response. */
  fetch(request: Request): Promise<Response>
  /** The OpenAPI 3.1 document, which is also served at `/openapi.json` below the base path. */
  readonly document: Readonly<Record<string, unknown>>
}

/**
 * Makes the REST API with which people manage the API keys of their organisation.
 *
 * @param keyring - The keyring whose keys are managed.
 * @param options - `authenticate` and `organization` connect the API to the login of your product. The rest is optional.
 * @throws {@link InvalidOptions} that names the option, if one is wrong or unknown, or `permissions` names a scope that is not in the catalog.
 * @example
 * ```ts
 * const api = managementApi(keyring, {
 *   authenticate: async (request) => {
 *     const user = await userOfSession(request.headers.get('cookie'))
 *     return user && { actor: { type: 'user', id: user.id }, authority: { scopes: await scopesOf(user.id) } }
 *   },
 *   organization: (request, { actor }) => organizationOf(actor.id),
 * })
 * app.all('/api/api-keys/*', (c) => api.fetch(c.req.raw)) // Hono
 * app.use('/api/api-keys', nodeListener(api)) // Express
 * ```
 */
export function managementApi<A extends Access>(keyring: Keyring<A>, options: ManagementApiOptions<A>): ManagementApi {
  checkOptions(keyring, options)
  const { basePath = '/api/api-keys', origins = [], resources = {}, hostTimeoutMs = 5_000 } = options
  const reportError = isolated(options.onError)
  const handle = operationHandler(keyring, options, { hostTimeoutMs, report: reportError })
  const refuse = (error: unknown, { requestId }: Exchange, operation?: Operation): Response => {
    const problem = problemOf(error, operation)
    if (problem.status === 503) reportError(error)
    return problemResponse(problem, requestId)
  }
  const operations: readonly Operation[] = [
    ...logOperations,
    ...usageOperations,
    ...budgetOperations,
    verifyOperation,
    selfOperation,
    ...catalogOperations({ resources, people: options.people }, hostTimeoutMs),
    ...bulkOperations,
    ...leaverOperations,
    ...scheduleOperations,
    ...webhookLogOperations,
    ...webhookOperations,
    ...keyOperations,
  ]

  const app = new OpenAPIHono<ExchangeEnv>().basePath(basePath)
  // Without `origins` there are no CORS headers: only pages of the API's own origin may use it.
  if (origins.length > 0) app.use('*', cors({ origin: [...origins], credentials: true, ...corsHeaders }))
  for (const operation of operations) registerOperation(app, operation)
  const { environments, format } = adapterOf(keyring)
  // Made when it is asked for: on Cloudflare, each request makes an API, and few ask.
  let document: ManagementApi['document'] | undefined
  const describe = (): ManagementApi['document'] => {
    document ??= describeApi(app, { access: keyring.access, environments }, options.securitySchemes)
    return document
  }
  // Before the operations: `/{id}` would match it, too.
  app.get('/openapi.json', ({ req }) => conditional(req.raw, jsonResponse(describe())))
  refuseOtherMethods(app, ['/openapi.json'], ['GET'])
  if (options.tokenRevocation === true) {
    serveTokenRevocation(app, keyring, options, { hostTimeoutMs, report: reportError })
  }
  serveTokenExchange(app, keyring, options, hostTimeoutMs)
  for (const path of new Set(operations.map(({ path }) => path))) {
    const group = operations.filter((operation) => operation.path === path)
    const pattern = path.replace(/\{(\w+)\}/g, ':$1')
    const paths = pattern === '/' ? ['', '/'] : [pattern]
    for (const operation of group) {
      app.on(operation.method.toUpperCase(), paths, async (context) => {
        const handled = handle(context, operation).catch((error) => refuse(error, context.env, operation))
        const response = await conditional(context.req.raw, await handled)
        response.headers.append('Vary', credentialHeaders)
        return response
      })
    }
    // At once: `/{id}`, which comes last, would match any of them, too.
    refuseOtherMethods(
      app,
      paths,
      group.map(({ method }) => method.toUpperCase()),
    )
  }
  app.onError((error, { env }) => refuse(error, env))
  const nothingHere = new ApiProblem(404, 'not_found', 'The API has no operation at this address.')
  app.notFound(({ env }) => problemResponse(nothingHere, env.requestId))
  const fetch = async (request: Request): Promise<Response> => {
    const exchange = newExchange(request, (given) => readRequestId(given, format))
    return finish(await app.fetch(request, exchange), exchange)
  }
  return Object.freeze({
    fetch,
    get document() {
      return describe()
    },
  })
}

/** Where callers have their credentials, as far as this API knows: the rest is the host's. */
const credentialHeaders = 'Authorization, Cookie, X-API-Key'

const corsHeaders = {
  allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowHeaders: [
    ...['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'If-None-Match', 'X-API-Key'],
    'X-Request-Id',
  ],
  exposeHeaders: [
    ...['Content-Disposition', 'Deprecation', 'ETag', 'Link', 'Location', 'RateLimit', 'RateLimit-Policy'],
    ...['Retry-After', 'Sunset', 'WWW-Authenticate', 'X-Request-Id'],
  ],
}

/** Returns a function that identifies the sender of a request, parses the request, and runs the operation. */
function operationHandler<A extends Access>(
  keyring: Keyring<A>,
  options: ManagementApiOptions<A>,
  { hostTimeoutMs, report }: { readonly hostTimeoutMs: number; readonly report: (error: unknown) => void },
): (context: Context<ExchangeEnv>, operation: Operation) => Promise<Response> {
  const loadSender = senderLoader(keyring, options, hostTimeoutMs)
  const showToken = tokenViewer(options, hostTimeoutMs)
  const loadNames = nameLoader(options, { hostTimeoutMs, report })
  const { requireIfMatch = false, webhooks } = options
  const untypedKeyring = keyring as unknown as Keyring // the names in a request are text; the keyring checks them

  return async (context, operation) => {
    const request = context.req.raw
    const sender = await loadSender(request, context.env, operation)
    const { params, query, body } = await parseRequest(context, operation)
    if ('id' in params && !sender.canReach(String(params.id))) throw keyNotFound()
    const auditContext = await loadAuditContext(request, context.env, options, hostTimeoutMs)
    const viewer = { ...sender, request, keyring: untypedKeyring, auditContext, requireIfMatch, webhooks, report }
    return operation.handle({
      ...viewer,
      params,
      query,
      body,
      showToken: (keyId) => showToken(viewer, keyId),
      loadNames: (ids) => loadNames(sender.organizationId, ids),
    })
  }
}
