import type { Access, GateOptions, RegisteredAccess } from '@keywright/core'
import { InvalidOptions } from '@keywright/core'
import { nearest } from '@keywright/core/adapter'
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** The host's own login. It lets a request pass only by calling `next`, and refuses it with a reply or an error. */
export type Fallback = (
  this: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  next: (error?: Error | null) => void,
) => unknown

/** A request in `onRequest`. Its path parameters are strings, because no schema has converted them yet. */
export type GuardedRequest = FastifyRequest<{ Params: Record<string, string> }>

type RouteOptions<A extends Access> = Pick<
  GateOptions<A, GuardedRequest, boolean>,
  'scopes' | 'anyOf' | 'optional' | 'resource' | 'cost'
>

declare module 'fastify' {
  /** The rules of a route. A route with any of them has a guard. */
  interface FastifyContextConfig extends RouteOptions<RegisteredAccess> {
    /** `true` requires an active key. `false` makes the route public, against `everyRoute`. @defaultValue as `everyRoute` says */
    readonly key?: boolean | undefined
    /**
     * The host's own login for requests without a key. It answers or calls `next`, instead of the 401. It does not set
     * `request.principal`. It cannot be combined with `optional`. @defaultValue none
     */
    readonly fallback?: Fallback | undefined
  }
}

const asking = ['scopes', 'anyOf', 'optional', 'resource', 'cost', 'fallback'] as const
const ours: readonly string[] = ['key', ...asking]

/** Those without a misspelt name. Each request asks for that of its route. */
const wellSpelt = /* @__PURE__ */ new WeakSet<FastifyContextConfig>()

/** A route's `config` is shared with other plugins: only a name that is nearly one of ours is taken for a misspelling. */
function refuseMisspelt(config: FastifyContextConfig): void {
  if (wellSpelt.has(config)) return
  for (const name of Object.keys(config)) {
    const near = ours.includes(name) ? null : nearest(name, ours)
    if (near === null) continue
    const message = `Unknown option config.${name}. Did you mean config.${near}? Give it another name if it is for something else.`
    throw new InvalidOptions(`config.${name}`, 'left out: it is unknown', message)
  }
  wellSpelt.add(config)
}

/** Whether a route has a guard. Whatever is named asks for one: a misunderstanding must not open a route. */
export function isGuarded(config: FastifyContextConfig, everyRoute: boolean): boolean {
  refuseMisspelt(config)
  // Also where it is named as `undefined`: a list that got lost on its way here must not open a route.
  return asking.some((name) => name in config) || (config.key ?? everyRoute)
}

/** Parses the rules of a route. @throws {@link InvalidOptions} when `key` or `fallback` is wrong. */
export function parseRouteConfig(
  config: FastifyContextConfig,
): RouteOptions<Access> & Pick<FastifyContextConfig, 'fallback'> {
  const { key = true, scopes, anyOf, optional, resource, cost, fallback } = config
  if (key !== true) throw new InvalidOptions('config.key', 'true, or left out, on a route with other rules')
  // An async hook in Fastify lets a request pass if it does nothing. A login must call `next`, so it needs the parameter.
  if (fallback !== undefined && (typeof fallback !== 'function' || fallback.length < 3)) {
    throw new InvalidOptions('config.fallback', 'a function of the request, the reply and next')
  }
  // What is named must have a value, which the gate checks.
  const named = Object.entries({ scopes, anyOf, optional, resource, cost, fallback }).filter(([name]) => name in config)
  return Object.fromEntries(named)
}
