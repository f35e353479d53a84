import type { Access, GateOptions, RegisteredAccess } from '@keywright/core'
import { InvalidOptions } from '@keywright/core'
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** The host's own login: lets a request pass by a call of `next` alone, and refuses by an answer or an error. */
export type OrElse = (
  this: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  next: (error?: Error | null) => void,
) => unknown

/** A request in `onRequest`: the parameters of its path are texts, for no schema has touched them yet. */
export type GuardedRequest = FastifyRequest<{ Params: Record<string, string> }>

type RouteOptions<A extends Access> = Pick<
  GateOptions<A, GuardedRequest, boolean>,
  'scopes' | 'anyOf' | 'optional' | 'resource'
>

declare module 'fastify' {
  /** What a route asks of the key. Any of these guards it. */
  interface FastifyContextConfig extends RouteOptions<RegisteredAccess> {
    /** `true`: any live key. `false`: none, said aloud. @defaultValue whether anything else here is asked for */
    readonly key?: boolean | undefined
    /** The host's own login, which answers or calls `next` in place of our 401. `request.principal` is not set behind it. */
    readonly orElse?: OrElse | undefined
  }
}

/** Whether a route has a guard. Whatever is named asks for one: a misunderstanding must not open a route. */
export function isGuarded(config: FastifyContextConfig, everyRoute: boolean): boolean {
  const { key, scopes, anyOf, optional, resource, orElse } = config
  if ([scopes, anyOf, optional, resource, orElse].some((value) => value !== undefined)) return true
  return key ?? everyRoute
}

/** Reads what a route asks for. @throws InvalidOptions */
export function readRouteConfig(
  config: FastifyContextConfig,
): RouteOptions<Access> & Pick<FastifyContextConfig, 'orElse'> {
  const { key = true, scopes, anyOf, optional, resource, orElse } = config
  if (key !== true) throw new InvalidOptions('config.key', 'true, or left out, beside scopes and the like')
  // An async hook of Fastify's lets a request pass by not saying no. A login has to say yes.
  if (orElse !== undefined && (typeof orElse !== 'function' || orElse.length < 3)) {
    throw new InvalidOptions('config.orElse', 'a function of the request, the reply and next')
  }
  return { scopes, anyOf, optional, resource, orElse }
}
