import {
  type Access,
  createGate,
  type GateOptions,
  type GateRequest,
  type Keyring,
  type Principal,
  type RegisteredAccess,
} from '@keywright/core'
import { answerHeaders, fieldLines, isForOrElse, type Reply, readOrElse } from '@keywright/core/http'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { markGuard } from './assert-guarded.js'

declare global {
  namespace Express {
    interface Request {
      /**
       * The authenticated caller, behind `requireKey`. Elsewhere it is not set, so that to ask it anything throws: where
       * requests without a key may pass, ask {@link principalOf}.
       */
      principal: Principal<RegisteredAccess>
    }
  }
}

/** Options of {@link requireKey}. */
export interface GuardOptions<A extends Access = Access> extends GateOptions<A, Request, boolean> {
  /** The host's own login, which answers or calls `next` in place of our 401. `req.principal` is not set behind it. */
  readonly orElse?: RequestHandler | undefined
}

/**
 * Lets a request through only with a live key that allows `options.scopes`; `req.principal` is then its caller. Every other
 * request is answered here.
 *
 * @throws InvalidOptions or ScopeUnknown at start-up, for scopes that no key can have.
 */
export function requireKey<A extends Access>(keyring: Keyring<A>, options: GuardOptions<A> = {}): RequestHandler {
  const orElse = readOrElse(options)
  const gate = createGate<A, Request, boolean>(keyring, { ...options, handsOver: orElse !== undefined })
  const guard = async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    const verdict = await gate(requestOf(req), req)
    if (verdict.ok) {
      answerHeaders(verdict.headers, {
        get: (name) => res.getHeader(name),
        set: (name, value) => res.setHeader(name, value),
      })
      // `Register` is where the product says that A is its only access model.
      if (verdict.principal !== null) req.principal = verdict.principal as Principal<RegisteredAccess>
      next()
    } else if (orElse !== undefined && isForOrElse(verdict)) await logIn(orElse, req, res, next)
    else sendReply(res, verdict.reply)
  }
  return markGuard(function requireKey(req, res, next) {
    // Something else has begun to answer, say. Express takes a falsy reason for a pass, so it is always given an Error.
    guard(req, res, next).catch((cause: unknown) => next(new Error('The key guard could not answer', { cause })))
  })
}

/** Express 4 lets the rejections of a handler go; a login that fails must not leave the request hanging. */
async function logIn(orElse: RequestHandler, req: Request, res: Response, next: NextFunction): Promise<void> {
  try {
    await orElse(req, res, next)
  } catch (cause) {
    next(cause instanceof Error ? cause : new Error('orElse threw what is no Error', { cause }))
  }
}

/** The caller, or `null` for a request that came without a key: for routes where the guard is optional, or has `orElse`. */
export function principalOf(req: {
  readonly principal?: Principal<RegisteredAccess>
}): Principal<RegisteredAccess> | null {
  return req.principal ?? null
}

function requestOf(req: Request): GateRequest {
  const { remoteAddress } = req.socket
  const encrypted = 'encrypted' in req.socket && req.socket.encrypted === true
  return { fields: fieldLines(req.rawHeaders), url: req.originalUrl, remoteAddress, encrypted }
}

function sendReply(res: Response, { status, headers, body }: Reply): void {
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.end(body)
}
