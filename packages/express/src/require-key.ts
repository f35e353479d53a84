import {
  type Access,
  createGate,
  type GateOptions,
  type Keyring,
  type Principal,
  type RegisteredAccess,
} from '@keywright/core'
import { fieldLines } from '@keywright/core/http'
import type { Request, RequestHandler } from 'express'

declare global {
  namespace Express {
    interface Request {
      /** The authenticated caller, behind `requireKey`. Nothing sets it elsewhere: reading it there throws. */
      principal: Principal<RegisteredAccess>
    }
  }
}

/** Options of {@link requireKey}. */
export type GuardOptions<A extends Access = Access> = GateOptions<A, Request>

/**
 * Lets a request through only with a live key that allows `options.scopes`; `req.principal` is then its caller. Every other
 * request is answered here.
 *
 * @throws InvalidOptions or ScopeUnknown at start-up, for scopes that no key can have.
 */
export function requireKey<A extends Access>(keyring: Keyring<A>, options: GuardOptions<A> = {}): RequestHandler {
  const gate = createGate<A, Request>(keyring, options)
  return function requireKey(req, res, next) {
    gate({ fields: fieldLines(req.rawHeaders), url: req.originalUrl }, req).then((verdict) => {
      if (verdict.ok) {
        req.principal = verdict.principal
        for (const [name, value] of Object.entries(verdict.headers)) res.append(name, value)
        next()
        return
      }
      const { status, headers, body } = verdict.reply
      res.statusCode = status
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
      res.end(body)
    }, next)
  }
}
