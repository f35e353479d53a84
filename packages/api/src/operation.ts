import type { RouteConfig, z } from '@hono/zod-openapi'
import type { AuditContext, Keyring, Owner, Within } from '@keywright/core'
import type { Caller } from './caller.js'
import type { Permit } from './permit.js'

/** A request whose sender and organisation are known, and whose parts have been read. */
export interface Asked<P = unknown, Q = unknown, B = unknown> {
  readonly request: Request
  readonly keyring: Keyring
  readonly caller: Required<Caller>
  readonly organizationId: string
  /** Whose keys are the caller's own. */
  readonly owner: Owner
  readonly permit: Permit
  /** The keys that the caller may reach: its own, or all of the organisation. */
  readonly within: Within
  /** Whether the caller may reach this key at all; `within` says the rest. */
  reaches(id: string): boolean
  /** For the audit log. */
  readonly context: AuditContext
  readonly params: P
  readonly query: Q
  readonly body: B
}

/** One operation: how it is documented, what it takes, and what it does. The only place that says each of these. */
export interface Operation<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
> {
  readonly id: string
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  /** Below the mount, as OpenAPI writes it. */
  readonly path: string
  readonly summary: string
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** Takes an `Idempotency-Key`. */
  readonly once?: boolean
  readonly responses: RouteConfig['responses']
  handle(asked: Asked<z.output<P>, z.output<Q>, z.output<B>>): Promise<Response>
}

/** Writes an operation down with the types of its own parts, and forgets them again for the list. */
export function operation<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
>(written: Operation<P, Q, B>): Operation {
  return written as unknown as Operation // what `handle` is given is what its own schemas have read
}

/** Headers of every answer: it may hold a secret, and never belongs in a cache (HTTP-10). */
export const everyAnswer = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const

/** A JSON answer. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', ...everyAnswer, ...headers },
  })
}

/** Documents a JSON answer. */
export function answers(schema: z.ZodType, description: string): RouteConfig['responses'][string] {
  return { description, content: { 'application/json': { schema } } }
}
