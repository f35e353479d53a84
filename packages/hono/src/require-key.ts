import type { Access, GateOptions, GatePrincipal, Keyring } from '@keywright/core'
import { answerHeaders, gateFor, isForFallback, readFallback } from '@keywright/core/adapter'
import type { Context, MiddlewareHandler } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { markGuard } from './assert-guarded.js'
import { type GetConnInfo, requestOf } from './request-of.js'

/** The rules of {@link requireKey}, the login for requests without a key, and the source of connection facts. */
export interface GuardOptions<A extends Access = Access, O extends boolean = false> extends GateOptions<A, Context, O> {
  /**
   * The host's own login for requests without a key. It answers or calls `next`, instead of the 401. The principal is `null`
   * then. It cannot be combined with `optional`. @defaultValue none
   */
  readonly fallback?: MiddlewareHandler | undefined
  /**
   * Returns the client's address and, optionally, whether the connection is encrypted. Pass `getConnInfo` of the runtime's
   * adapter.
   *
   * @defaultValue on Node, the socket. On other runtimes the address is unknown, and the scheme of the URL shows whether the
   * connection is encrypted. On Deno, a client can choose that scheme, so the connection counts as not encrypted.
   */
  readonly connInfo?: GetConnInfo | undefined
}

/** The variables that a guard sets in the context. */
export interface KeyVariables<A extends Access = Access, O extends boolean = false> {
  /** The authenticated caller. Can only be `null`, for a request without a key, with `optional` or `fallback`. */
  principal: GatePrincipal<A, O>
}

/** The Hono environment of the handlers after a guard. */
export interface KeyEnv<A extends Access = Access, O extends boolean = false> {
  Variables: KeyVariables<A, O>
}

/**
 * Creates a middleware that lets a request pass only with an active key that allows `options.scopes`. `c.get('principal')` returns
 * the caller. The middleware answers every other request itself.
 *
 * @throws {@link InvalidOptions} when an option is malformed, or `resource` is missing for a resource scope.
 * @throws {@link ScopeUnknown} when a scope is not in the catalog.
 *
 * @example
 * ```ts
 * app.get('/members', requireKey(keyring, { scopes: ['members.read'] }), (c) => {
 *   return c.json({ askedBy: c.get('principal').user })
 * })
 * ```
 */
export function requireKey<A extends Access, O extends boolean = false>(
  keyring: Keyring<A>,
  options?: GuardOptions<A, O> & { readonly fallback?: undefined },
): MiddlewareHandler<KeyEnv<A, O>>
/** With a `fallback`, whose requests have no key: `c.get('principal')` may be `null`. */
export function requireKey<A extends Access>(
  keyring: Keyring<A>,
  options: GuardOptions<A, boolean>,
): MiddlewareHandler<KeyEnv<A, true>>
export function requireKey<A extends Access>(
  keyring: Keyring<A>,
  options: GuardOptions<A, boolean> = {},
): MiddlewareHandler<KeyEnv<A, boolean>> {
  const fallback = readFallback(options)
  const { fallback: _, connInfo, ...asked } = options
  const gate = gateFor<A, Context, boolean>(keyring, asked, { hasFallback: fallback !== undefined })
  return markGuard(async function requireKey(c, next) {
    const verdict = await gate(requestOf(c, connInfo), c)
    if (verdict.ok) {
      c.set('principal', verdict.principal)
      await next()
      // To look at a response costs more than most verifications: on Node, Hono makes it only where somebody does.
      if (Object.keys(verdict.headers).length === 0) return
      // The headers of an upgrade cannot be changed, and caches do not store it.
      if (c.res.status >= 200) answerHeaders(verdict.headers, { get: (name) => c.res.headers.get(name), set: c.header })
      return
    }
    if (fallback !== undefined && isForFallback(verdict)) {
      c.set('principal', null)
      return fallback(c, next)
    }
    const { status, headers, body } = verdict.reply
    // Headers that were set before take precedence over those of a returned Response, so set each one here.
    for (const [name, value] of Object.entries(headers)) c.header(name, value)
    return c.body(body, status as ContentfulStatusCode) // a refusal always has a body
  })
}
