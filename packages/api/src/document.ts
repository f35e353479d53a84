import { type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import type { Operation } from './operation.js'
import { Problem } from './schemas.js'

const problems: Readonly<Record<number, string>> = {
  400: 'The request is malformed; `field` names the part.',
  401: 'Nobody is signed in.',
  403: 'The caller may not do this.',
  404: 'No such key within the caller’s reach.',
  409: 'The key’s state, or the plan, does not allow it.',
  410: 'The key was revoked: its token is gone.',
  413: 'The body is larger than 64 KB.',
  415: 'The body is not JSON.',
  422: 'The Idempotency-Key was used for another request.',
  429: 'Too many requests; see Retry-After.',
  503: 'The keys, or the host’s own login, cannot be reached; see Retry-After.',
}

const OnceHeaders = z.object({
  'Idempotency-Key': z.string().max(512).optional().openapi({
    description: 'A name for the request, of at most 255 characters: sent again within 24 hours, it takes effect once.',
  }),
})

/** Adds an operation to the document, with every problem that it can answer (HTTP-18). */
export function registerOperation(app: OpenAPIHono, operation: Operation): void {
  const { id, method, path, summary, params, query, body, once = false, responses } = operation
  app.openAPIRegistry.registerPath({
    operationId: id,
    method,
    path, // the app puts its base path before it
    summary,
    security: [{ session: [] }, { bearerApiKey: [] }, { xApiKey: [] }],
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(once ? { headers: OnceHeaders } : {}),
      ...(body === undefined ? {} : { body: { content: { 'application/json': { schema: body } } } }),
    },
    responses: { ...responses, ...problemResponses() },
  })
}

function problemResponses(): RouteConfig['responses'] {
  const content = { 'application/problem+json': { schema: Problem } }
  return Object.fromEntries(Object.entries(problems).map(([status, description]) => [status, { description, content }]))
}

/** Makes the OpenAPI 3.1 document of all registered operations. */
export function describeApi(app: OpenAPIHono): Readonly<Record<string, unknown>> {
  const { openAPIRegistry: registry } = app
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'session',
    description: 'The product’s own login.',
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
