import {
  type Access,
  createGate,
  type GateOptions,
  type GateRequest,
  type Keyring,
  type Principal,
  type RegisteredAccess,
} from '@keywright/core'
import { fieldLines, type Reply } from '@keywright/core/http'
import type { Request, RequestHandler, Response } from 'express'

declare global {
  namespace Express {
    interface Request {
      /** The authenticated caller, behind `requireKey`. Elsewhere it is not set, so that to ask it anything throws. */
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
    gate(requestOf(req), req)
      .then((verdict) => {
        if (!verdict.ok) return sendReply(res, verdict.reply)
        addHeaders(res, verdict.headers)
        // `Register` is where the product says that A is its only access model.
        req.principal = verdict.principal as Principal<RegisteredAccess>
        next()
      })
      // Something else has begun to answer, say. Express takes a falsy reason for a pass, so it is always given an Error.
      .catch((cause: unknown) => next(new Error('The key guard could not answer', { cause })))
  }
}

function requestOf(req: Request): GateRequest {
  return { fields: fieldLines(req.rawHeaders), url: req.originalUrl, remoteAddress: req.socket.remoteAddress }
}

function sendReply(res: Response, { status, headers, body }: Reply): void {
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.end(body)
}

function addHeaders(res: Response, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'Vary') res.vary(value)
    else if (!res.hasHeader(name)) res.setHeader(name, value)
  }
}
