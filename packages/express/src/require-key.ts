import type { Access, GateOptions, Keyring, Principal, RegisteredAccess, TrustedProxies } from '@keywright/core'
import { answerHeaders, gateFor, isForFallback, nodeRequest, readFallback, sendReply } from '@keywright/core/adapter'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { markGuard } from './guards.js'

declare global {
  namespace Express {
    interface Request {
      /**
       * The authenticated caller, in handlers after `requireKey`. It is `undefined` without a guard, and for a request that passed
       * without a key. Use {@link principalOf} where requests without a key may pass.
       */
      principal: Principal<RegisteredAccess>
    }
  }
}

/** The rules of {@link requireKey}, and the login for requests without a key. */
export interface GuardOptions<A extends Access = Access> extends GateOptions<A, Request, boolean> {
  /**
   * The proxies in front of this server, as in every guard. `'framework'`: those of the app's own setting `trust proxy`.
   * @defaultValue none: the client is at the other end of the socket
   */
  readonly trustedProxies?: TrustedProxies | 'framework' | undefined
  /**
   * The host's own login for requests without a key. It answers or calls `next`, instead of the 401. It does not set
   * `req.principal`. It cannot be combined with `optional`. @defaultValue none
   */
  readonly fallback?: RequestHandler | undefined
}

/**
 * Creates a middleware that lets a request pass only with an active key that allows `options.scopes`. It sets `req.principal` to
 * the caller. It answers every other request itself.
 *
 * @throws {@link InvalidOptions} when an option is malformed, or `resource` is missing for a resource scope.
 * @throws {@link ScopeUnknown} when a scope is not in the catalog.
 *
 * @example
 * ```ts
 * app.get('/members', requireKey(keyring, { scopes: ['members.read'] }), (req, res) => {
 *   res.json({ askedBy: req.principal.user })
 * })
 * ```
 */
export function requireKey<A extends Access>(keyring: Keyring<A>, options: GuardOptions<A> = {}): RequestHandler {
  const fallback = readFallback(options)
  const { fallback: _, ...asked } = options
  const gate = gateFor<A, Request, boolean>(keyring, asked, { hasFallback: fallback !== undefined, tellsTrust: true })
  const asksApp = asked.trustedProxies === 'framework'
  const guard = async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    const request = nodeRequest(req, req.originalUrl)
    // The function that Express makes of `trust proxy`, for `req.ip`. A mounted app may have one of its own.
    const verdict = await gate(asksApp ? { ...request, trusts: req.app.get('trust proxy fn') } : request, req)
    if (verdict.ok) {
      answerHeaders(verdict.headers, {
        get: (name) => res.getHeader(name),
        set: (name, value) => res.setHeader(name, value),
      })
      // In `Register`, the product declares that A is its only access model.
      if (verdict.principal !== null) req.principal = verdict.principal as Principal<RegisteredAccess>
      next()
    } else if (fallback !== undefined && isForFallback(verdict)) await logIn(fallback, req, res, next)
    else sendReply(res, verdict.reply)
  }
  return markGuard(function requireKey(req, res, next) {
    // For example, another handler has sent the headers already. Express treats a falsy reason as a pass, so wrap it in an Error.
    guard(req, res, next).catch((cause: unknown) => next(new Error('The key guard could not answer.', { cause })))
  })
}

/** Express 4 ignores rejections of a handler. Without this, a failing login would leave the request hanging. */
async function logIn(fallback: RequestHandler, req: Request, res: Response, next: NextFunction): Promise<void> {
  try {
    await fallback(req, res, next)
  } catch (cause) {
    next(
      cause instanceof Error ? cause : new Error('The option fallback threw a value that is not an Error.', { cause }),
    )
  }
}

/**
 * Returns the caller, or `null` for a request without a key. Use it on routes with the option `optional` or `fallback`.
 *
 * @example
 * ```ts
 * app.get('/news', requireKey(keyring, { optional: true }), (req, res) => {
 *   res.json({ askedBy: principalOf(req)?.user ?? null })
 * })
 * ```
 */
export function principalOf(req: {
  readonly principal?: Principal<RegisteredAccess>
}): Principal<RegisteredAccess> | null {
  return req.principal ?? null
}
