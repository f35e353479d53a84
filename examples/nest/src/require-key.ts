import { createGate, type Gate, type GateOptions, type Principal } from '@keywright/core'
import { answerHeaders, nodeRequest } from '@keywright/core/adapter'
import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  HttpException,
  Inject,
  Injectable,
  mixin,
  UseGuards,
} from '@nestjs/common'
import type { Request, Response } from 'express'
import { KEYRING, type Keyring } from './keyring.js'

type Rules = GateOptions<Keyring['access'], Request>
type Guarded = Request & { principal?: Principal }

/**
 * Lets a request pass only with a key that allows `rules.scopes`. For a method or a whole controller. The rules are checked when the
 * app starts. A refusal is an `HttpException`, which your filters and loggers see.
 */
export const RequireKey = (rules: Rules = {}) => UseGuards(keyGuard(rules))

/** The caller, as a parameter of a handler behind `@RequireKey`. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { principal } = context.switchToHttp().getRequest<Guarded>()
  if (principal === undefined) throw new Error('@Caller needs @RequireKey on the same route')
  return principal
})

function keyGuard(rules: Rules) {
  @Injectable()
  class KeyGuard implements CanActivate {
    readonly #gate: Gate<Principal, Request>

    constructor(@Inject(KEYRING) keyring: Keyring) {
      this.#gate = createGate(keyring, rules)
    }

    async canActivate(context: ExecutionContext): Promise<boolean> {
      const http = context.switchToHttp()
      const request = http.getRequest<Guarded>()
      const response = http.getResponse<Response>()
      const verdict = await this.#gate(nodeRequest(request, request.originalUrl), request)
      if (!verdict.ok) {
        const { status, headers, body } = verdict.reply
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
        throw new HttpException(JSON.parse(body), status)
      }
      answerHeaders(verdict.headers, {
        get: (name) => response.getHeader(name),
        set: (name, value) => response.setHeader(name, value),
      })
      request.principal = verdict.principal
      return true
    }
  }
  return mixin(KeyGuard)
}
