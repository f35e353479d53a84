import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { fieldCodes } from '../http/field-error.js'
import { type ProblemStatus, problemCodes, titles } from '../http/problem.js'
import { retryAfter, type ShownHeader } from '../http/shown-headers.js'
import { Actor, keyId } from '../schema/fields.js'

const FieldProblem = z
  .object({
    pointer: z
      .string()
      .optional()
      .openapi({ description: 'A JSON Pointer (RFC 6901) into the body.', example: '/rate_limits/0/window_ms' }),
    parameter: z
      .string()
      .optional()
      .openapi({ description: 'The name of a parameter of the query or the path.', example: 'limit' }),
    header: z.string().optional().openapi({ description: 'The name of a header.', example: 'If-Match' }),
    code: z.enum(fieldCodes).openapi({ description: 'Stable: programs can rely on it.' }),
    detail: z.string().openapi({ description: 'What was expected, in a sentence.' }),
  })
  .openapi('FieldProblem', { description: 'One thing that is wrong with a request, and where.' })

const errors = z
  .array(FieldProblem)
  .max(100)
  .optional()
  .openapi({ description: 'Each thing that is wrong with the request, in its order.' })
const texts = z.array(z.string()).optional()
const count = z.int().min(0).optional()

/** What the answers of a status have beside what all problems have. */
const members: Readonly<Partial<Record<ProblemStatus, z.ZodRawShape>>> = {
  400: { errors },
  403: {
    errors,
    missing: texts.openapi({ description: 'The scope that the caller lacks for this operation.' }),
    exceeding: texts.openapi({ description: 'What the caller would give without having it.' }),
    disabled_by: z
      .union([Actor, z.null()])
      .optional()
      .openapi({ description: 'Who disabled the key; null: it is not known.' }),
    max_age_ms: count.openapi({ description: 'How old a login may be, in milliseconds.', example: 300_000 }),
  },
  409: {
    errors,
    key_status: z.string().optional().openapi({ description: 'The status that is in the way.', example: 'revoked' }),
    limit: count.openapi({ description: 'How many keys the plan allows, or webhooks a key may have.', example: 10 }),
    used: count.openapi({ description: 'How many of them there are.', example: 10 }),
    key_id: keyId.optional(),
  },
  412: { version: z.int().positive().openapi({ description: 'The version of the key now.', example: 4 }) },
  429: { retry_after: z.int().min(1).openapi({ description: 'Seconds until it may be tried again.', example: 60 }) },
}

/** The name and the description of each response that operations share. 405 belongs to none: see `Allow`. */
const shared = {
  400: ['BadRequest', 'The request is not valid; `errors` names each part that is wrong.'],
  401: ['NotAuthenticated', 'Nobody is signed in.'],
  403: ['NotPermitted', 'The caller is not allowed to do this.'],
  404: ['NotFound', 'There is no such key, or webhook of a key, among those that the caller may reach.'],
  406: ['NotAcceptable', 'The answer exists in no form that `Accept` names.'],
  409: ['Conflict', 'The status of the key or of the webhook, a limit or a policy does not allow this.'],
  410: ['Gone', 'The key was revoked, and its token was erased.'],
  412: ['ChangedMeanwhile', 'The key was changed since the version that `If-Match` names.'],
  413: ['BodyTooLarge', 'The body is larger than 64 KB.'],
  415: ['NotJson', 'The body is not JSON, or it is compressed.'],
  422: ['RequestReused', 'The `Idempotency-Key` was used for a different request.'],
  428: ['VersionRequired', 'The product asks for `If-Match` with this request.'],
  429: ['TooManyRequests', 'Too many requests; `Retry-After` says when to try again.'],
  503: ['Unavailable', 'The keys, or the login of the product, cannot be reached.'],
} as const satisfies Readonly<Record<Exclude<ProblemStatus, 405>, readonly [string, string]>>

/** A status of a problem that an operation can have. */
export type RefusedStatus = keyof typeof shared

const challenge: ShownHeader = {
  required: true,
  description: 'The scheme to authenticate with.',
  schema: { type: 'string', example: 'Session realm="API keys"' },
}

const shownHeaders: Readonly<Partial<Record<RefusedStatus, Readonly<Record<string, ShownHeader>>>>> = {
  401: { 'WWW-Authenticate': challenge },
  429: { 'Retry-After': retryAfter },
  503: { 'Retry-After': retryAfter },
}

/** Adds the responses that operations share to the document, each with its codes and its members. */
export function registerProblems({ openAPIRegistry: registry }: Pick<OpenAPIHono, 'openAPIRegistry'>): void {
  for (const [key, [name, description]] of Object.entries(shared)) {
    const status = Number(key) as RefusedStatus // the keys of `shared`
    const schema = z.object({
      type: z.string().openapi({ description: 'Names the code as a URI.', example: uriOf(status) }),
      title: z.string().openapi({ description: 'What the status means, for people.', example: titles[status] }),
      status: z.literal(status).openapi({ description: 'The status of the response.' }),
      detail: z.string().openapi({ description: 'What is wrong and what to do, in a sentence.' }),
      code: z.enum(problemCodes[status]).openapi({ description: 'Stable: programs can rely on it.' }),
      ...members[status],
      request_id: z.string().openapi({ description: 'The `X-Request-Id` of the answer.', example: 'req-7f3a' }),
    })
    registry.register(`${name}Problem`, schema.openapi({ description }))
    registry.registerComponent('responses', name, {
      description,
      ...(shownHeaders[status] === undefined ? {} : { headers: { ...shownHeaders[status] } }),
      content: { 'application/problem+json': { schema: { $ref: `#/components/schemas/${name}Problem` } } },
    })
  }
}

/** The shared response of a status. */
export function problemReference(status: RefusedStatus): { readonly $ref: string } {
  return { $ref: `#/components/responses/${shared[status][0]}` }
}

function uriOf(status: RefusedStatus): string {
  return `urn:keywright:problem:${problemCodes[status][0]}`
}
