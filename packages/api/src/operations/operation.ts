import type { RouteConfig, z } from '@hono/zod-openapi'
import type { RequestContext } from '../request/request-context.js'
import type { RefusedStatus } from './problem-responses.js'

/** One operation: its documentation, the schemas of its input, and its handler. */
export interface Operation<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
> {
  readonly id: string
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Below the base path, in OpenAPI's notation: `/{id}/rotate`. */
  readonly path: string
  readonly summary: string
  /** What the summary has no room for. */
  readonly description: string
  /** The group that it stands in. */
  readonly tag: 'keys' | 'usage' | 'audit' | 'catalog' | 'webhooks'
  readonly params?: P
  readonly query?: Q
  /** The parameters of the query that may be repeated. */
  readonly lists?: readonly string[]
  readonly body?: B
  /** Whether it takes an `Idempotency-Key`. */
  readonly idempotent?: boolean
  /** Whether it takes an `If-Match`. */
  readonly conditional?: boolean
  /** Whether an API key may send it where keys manage no keys. */
  readonly forKeys?: boolean
  /** What it may be refused with, beside what follows from what it takes. */
  readonly refuses?: readonly RefusedStatus[]
  readonly responses: RouteConfig['responses']
  handle(context: RequestContext<z.output<P>, z.output<Q>, z.output<B>>): Promise<Response>
}

/** Infers the types of the handler's input from the schemas, and returns an operation that fits in a list with others. */
export function defineOperation<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
>(operation: Operation<P, Q, B>): Operation {
  return operation as unknown as Operation // the API calls `handle` only with what these same schemas have parsed
}
