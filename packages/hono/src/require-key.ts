import { type Access, createGate, type GateOptions, type GatePrincipal, type Keyring } from '@keywright/core'
import { answerHeaders, isForOrElse, readOrElse } from '@keywright/core/http'
import type { Context, MiddlewareHandler } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { markGuard } from './assert-guarded.js'
import { requestOf, type TellConnection } from './request-of.js'

/** Options of {@link requireKey}. */
export interface GuardOptions<A extends Access = Access, O extends boolean = false> extends GateOptions<A, Context, O> {
  /** The host's own login, which answers or calls `next` in place of our 401, with `null` for a principal. */
  readonly orElse?: MiddlewareHandler | undefined
  /**
   * Tells the client's address: `getConnInfo` of the runtime's adapter; with `encrypted`, also whether the connection is.
   *
   * @defaultValue what the socket tells on Node; elsewhere the address is unknown, and the URL's scheme is believed, but for
   * Deno, where a client can write it
   */
  readonly connInfo?: TellConnection | undefined
}

/** What a guard puts into the context. */
export interface KeyVariables<A extends Access = Access, O extends boolean = false> {
  /** The authenticated caller; `null` for a request without a key, where the guard lets one pass. */
  principal: GatePrincipal<A, O>
}

/** The environment of the handlers behind a guard. */
export interface KeyEnv<A extends Access = Access, O extends boolean = false> {
  Variables: KeyVariables<A, O>
}

/**
 * Lets a request through only with a live key that allows `options.scopes`; `c.get('principal')` is then its caller. Every
 * other request is answered here.
 *
 * @throws InvalidOptions or ScopeUnknown at start-up, for scopes that no key can have.
 */
export function requireKey<A extends Access, O extends boolean = false>(
  keyring: Keyring<A>,
  options?: GuardOptions<A, O> & { readonly orElse?: undefined },
): MiddlewareHandler<KeyEnv<A, O>>
export function requireKey<A extends Access>(
  keyring: Keyring<A>,
  options: GuardOptions<A, boolean>,
): MiddlewareHandler<KeyEnv<A, true>>
export function requireKey<A extends Access>(
  keyring: Keyring<A>,
  options: GuardOptions<A, boolean> = {},
): MiddlewareHandler<KeyEnv<A, boolean>> {
  const orElse = readOrElse(options)
  const gate = createGate<A, Context, boolean>(keyring, { ...options, handsOver: orElse !== undefined })
  return markGuard(async function requireKey(c, next) {
    const verdict = await gate(requestOf(c, options.connInfo), c)
    if (verdict.ok) {
      c.set('principal', verdict.principal)
      await next()
      // An upgrade has no fields to cache by, and cannot be copied.
      if (c.res.status >= 200) answerHeaders(verdict.headers, { get: (name) => c.res.headers.get(name), set: c.header })
      return
    }
    if (orElse !== undefined && isForOrElse(verdict)) {
      c.set('principal', null)
      return orElse(c, next)
    }
    const { status, headers, body } = verdict.reply
    // One by one: fields that were set before would win over those of a response that is returned whole.
    for (const [name, value] of Object.entries(headers)) c.header(name, value)
    return c.body(body, status as ContentfulStatusCode) // a refusal always has a body
  })
}
