import { type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import type { Access } from '@keywright/core'
import type { SecuritySchemes } from '../host/options.js'
import { digestTag } from '../http/shown-headers.js'
import { narrowToNames } from './narrow-to-names.js'
import type { Operation } from './operation.js'
import { problemReference, type RefusedStatus, registerProblems } from './problem-responses.js'
import { registerShared, withSharedHeaders } from './shared-responses.js'

const IdempotencyHeaders = {
  'Idempotency-Key': z.string().min(1).max(257).optional().openapi({
    description:
      'A name for the request, at most 255 characters. The same request sent again within 24 hours takes effect once.',
    example: 'b6f7a1de',
  }),
}

const ConditionHeaders = {
  'If-Match': z
    .string()
    .max(90)
    .regex(/^(?:\*|(?:W\/)?"[1-9]\d{0,14}(?:-[\w-]{1,64})?")$/)
    .optional()
    .openapi({
      description: 'The `ETag` of the key that the client has read. If the key was changed since, the answer is 412.',
      example: '"3-4zjC2yXQ8q0n1xkz3Vt0Ew"',
    }),
}

const CachedHeaders = {
  'If-None-Match': z.string().max(1_000).optional().openapi({
    description: 'The `ETag` of an answer that the client has kept. If it is still right, the answer is 304.',
    example: '"3-4zjC2yXQ8q0n1xkz3Vt0Ew"',
  }),
}

const tags = {
  keys: 'API keys: their settings, their tokens, and their ends.',
  usage: 'How many keys there are, and how often they are used.',
  audit: 'What was done, and by whom.',
  catalog: 'What keys can be given.',
  webhooks: 'Where the events are sent that a key may hear of, and what became of them.',
} as const satisfies Readonly<Record<Operation['tag'], string>>

/** Of what clients see. `docs/management-api.md` says when it changes, and how. */
export const apiVersion = '1.4.0'

/** How a client authenticates, where the host says nothing else. */
const defaultSchemes: SecuritySchemes = {
  session: { type: 'apiKey', in: 'cookie', name: 'session', description: 'The login of the product.' },
  bearerApiKey: { type: 'http', scheme: 'bearer', description: 'An API key, where the product lets keys manage keys.' },
  xApiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same, in a header of its own.' },
}

/** Adds an operation to the document, with every problem response that it can have. */
export function registerOperation(app: Pick<OpenAPIHono, 'openAPIRegistry'>, operation: Operation): void {
  const { id, tag, method, path, summary, description, params, query, body, responses } = operation
  const headers = headersOf(operation)
  const problems = refusedStatuses(operation).map((status) => [status, problemReference(status)] as const)
  app.openAPIRegistry.registerPath({
    operationId: id,
    tags: [tag],
    method,
    path, // the app puts its base path before it
    summary,
    description,
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(headers === null ? {} : { headers }),
      ...(body === undefined
        ? {}
        : { body: { required: !body.safeParse({}).success, content: { 'application/json': { schema: body } } } }),
    },
    responses: {
      ...(isCached(operation) ? cachedResponses(responses) : responses),
      ...Object.fromEntries(problems),
    } as RouteConfig['responses'], // with references
  })
}

function headersOf(operation: Operation): z.ZodObject | null {
  const { idempotent = false, conditional = false } = operation
  const headers = {
    ...(idempotent ? IdempotencyHeaders : {}),
    ...(conditional ? ConditionHeaders : {}),
    ...(isCached(operation) ? CachedHeaders : {}),
  }
  return Object.keys(headers).length === 0 ? null : z.object(headers)
}

/** Whether clients may keep its answers, and ask whether they are still right. An export is made, and recorded, each time. */
function isCached({ method, responses }: Operation): boolean {
  const answer: object = responses[200] ?? {}
  return method === 'get' && 'content' in answer && 'application/json' in (answer.content as object) // of a response
}

/** The answer with its `ETag`, and the one that says that it is still right. */
function cachedResponses(responses: Operation['responses']): object {
  const { 200: answer } = responses
  const shown = answer !== undefined && 'headers' in answer ? answer.headers : {}
  return {
    ...responses,
    200: { ...answer, headers: { ETag: digestTag, ...shown } },
    304: { $ref: '#/components/responses/NotModified' },
  }
}

/** What each operation can answer by what it takes, and what it says of itself. */
function refusedStatuses({ method, params, body, idempotent, conditional, refuses = [] }: Operation): RefusedStatus[] {
  const all = new Set<RefusedStatus>([400, 401, 403, 429, 503, ...refuses])
  if (params !== undefined) all.add(404)
  if (method !== 'get') all.add(415)
  if (body !== undefined) all.add(413)
  if (method !== 'get') all.add(409)
  if (conditional === true) all.add(412)
  if (idempotent === true) all.add(422)
  return [...all].sort((a, b) => a - b)
}

/** Returns the OpenAPI 3.1 document of all registered operations. */
export function describeApi(
  app: Pick<OpenAPIHono, 'openAPIRegistry' | 'getOpenAPI31Document'>,
  { access, environments }: { readonly access: Access; readonly environments: readonly (string | null)[] },
  securitySchemes: SecuritySchemes = defaultSchemes,
): Readonly<Record<string, unknown>> {
  registerProblems(app)
  registerShared(app)
  for (const [name, scheme] of Object.entries(securitySchemes)) {
    app.openAPIRegistry.registerComponent('securitySchemes', name, scheme)
  }
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'API keys',
      version: apiVersion,
      description:
        'Manages the API keys of an organisation. The second number of the version grows with what is added, the first with what breaks clients.',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      contact: { name: 'Keywright', url: 'https://www.npmjs.com/package/@keywright/api' },
    },
    servers: [{ url: '/', description: 'The product that this document came from.' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
  })
  // Plain JSON, in which the package leaves a place for webhooks.
  const { webhooks: _, ...described } = document as unknown as Readonly<Record<string, unknown>>
  return withSharedHeaders(narrowToNames(described, access, environments))
}
