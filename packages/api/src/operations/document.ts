import { type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import { Problem } from '../schema/problem.js'
import type { Operation } from './operation.js'

const problems: Readonly<Record<number, string>> = {
  400: 'The request is not valid; `errors` names each part that is wrong.',
  401: 'Nobody is signed in.',
  403: 'The caller is not allowed to do this.',
  404: 'There is no such key among those that the caller may reach.',
  406: 'The answer exists in no form that `Accept` names.',
  409: 'The status of the key, or the plan, does not allow this.',
  410: 'The key was revoked, and its token was erased.',
  412: 'The key was changed since the version that `If-Match` names.',
  413: 'The body is larger than 64 KB.',
  415: 'The body is not JSON.',
  422: 'The Idempotency-Key was used for a different request.',
  428: 'The product asks for `If-Match` with this request.',
  429: 'Too many requests; Retry-After says when to try again.',
  503: 'The keys, or the login of the product, cannot be reached; Retry-After says when to try again.',
}

const IdempotencyHeaders = {
  'Idempotency-Key': z.string().max(512).optional().openapi({
    description:
      'A name for the request, at most 255 characters. The same request sent again within 24 hours takes effect once.',
  }),
}

const ConditionHeaders = {
  'If-Match': z.string().max(64).optional().openapi({
    description: 'The `ETag` of the key that the client has read. If the key was changed since, the answer is 412.',
  }),
}

/** Adds an operation to the document, with every problem response that it can have. */
export function registerOperation(app: OpenAPIHono, operation: Operation): void {
  const { id, method, path, summary, params, query, body, responses } = operation
  const headers = headersOf(operation)
  app.openAPIRegistry.registerPath({
    operationId: id,
    method,
    path, // the app puts its base path before it
    summary,
    security: [{ session: [] }, { bearerApiKey: [] }, { xApiKey: [] }],
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(headers === null ? {} : { headers }),
      ...(body === undefined ? {} : { body: { content: { 'application/json': { schema: body } } } }),
    },
    responses: { ...responses, ...problemResponses() },
  })
}

function headersOf({ idempotent = false, conditional = false }: Operation): z.ZodObject | null {
  if (!idempotent && !conditional) return null
  return z.object({ ...(idempotent ? IdempotencyHeaders : {}), ...(conditional ? ConditionHeaders : {}) })
}

function problemResponses(): RouteConfig['responses'] {
  const content = { 'application/problem+json': { schema: Problem } }
  return Object.fromEntries(Object.entries(problems).map(([status, description]) => [status, { description, content }]))
}

/** Returns the OpenAPI 3.1 document of all registered operations. */
export function describeApi(app: OpenAPIHono): Readonly<Record<string, unknown>> {
  const { openAPIRegistry: registry } = app
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'session',
    description: 'The login of the product.',
  })
  registry.registerComponent('securitySchemes', 'bearerApiKey', { type: 'http', scheme: 'bearer' })
  registry.registerComponent('securitySchemes', 'xApiKey', { type: 'apiKey', in: 'header', name: 'X-API-Key' })
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'API keys',
      version: '1.0.0',
      description: 'Manages the API keys of an organisation.',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: '/' }],
  })
  return document as unknown as Readonly<Record<string, unknown>> // plain JSON
}
