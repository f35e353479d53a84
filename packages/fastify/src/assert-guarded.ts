import { type AssertGuardedOptions, assertPublic, type OpenRoute } from '@keywright/core/adapter'
import type { FastifyContextConfig, FastifyInstance, RouteOptions } from 'fastify'
import { notFoundHandlers } from './not-found-handlers.js'

type IsGuarded = (config: FastifyContextConfig) => boolean

interface Watch {
  /** Every route since, by the object that Fastify makes of it; with the guards whose context it is in. */
  readonly routes: Map<RouteOptions, Set<IsGuarded>>
  /** Whether there were routes before, which are not told of any more. */
  readonly cameLate: boolean
}

const warning = { type: 'KeywrightWarning', code: 'KEYWRIGHT_EARLIER_ROUTES' }
const lateWarning =
  'Routes were added before keywright was loaded. It guards them, too, but Fastify does not show their config: a misspelt ' +
  'scope is found at the first request, which fails with 500. To find it at start-up, await app.register(keywright(…)) first.'

/** By the HTTP server, which an app shares with all its encapsulated contexts. */
const watches = new WeakMap<object, Watch>()

/** Remembers the routes that are added from now on, anywhere in the app, and which of them are in the context of this guard. */
export function watchRoutes(app: FastifyInstance, isGuarded: IsGuarded): void {
  const watch = watches.get(app.server) ?? startWatch(app)
  app.addHook('onRoute', (route) => void guardsOf(watch, route).add(isGuarded))
}

function startWatch(app: FastifyInstance): Watch {
  const watch: Watch = { routes: new Map(), cameLate: hasRoutes(app) }
  watches.set(app.server, watch)
  if (watch.cameLate) app.addHook('onReady', async () => process.emitWarning(lateWarning, warning))
  // The contexts around this one, too: what is added to them, and to others within them, has no guard.
  for (const context of contextsOf(app)) context.addHook('onRoute', (route) => void guardsOf(watch, route))
  return watch
}

function guardsOf({ routes }: Watch, route: RouteOptions): Set<IsGuarded> {
  const guards = routes.get(route) ?? new Set()
  routes.set(route, guards)
  return guards
}

/** A context, and those around it: each is the prototype of what is encapsulated in it. */
function contextsOf(app: FastifyInstance): FastifyInstance[] {
  const around: unknown = Object.getPrototypeOf(app)
  const isContext = (value: unknown): value is FastifyInstance => Object(value).server === app.server
  return isContext(around) ? [app, ...contextsOf(around)] : [app]
}

/**
 * Looks through the routes that were added since `keywright` was loaded, in all contexts, for those that it does not guard; each
 * version and host of a route is one of its own, as `GET /a {"host":"x.example"}`. A handler of your own for what no route
 * matches has no guard, and is named as `404 /*`, with the prefix of its context. The `HEAD` that goes with a `GET` is not told
 * apart.
 *
 * A websocket of `@fastify/websocket` is a route, and guarded as such. A listener of your own for `upgrade` of the server is
 * not seen: guard it where it is.
 *
 * @returns the open routes, all of them named in `public`.
 * @throws Error, naming every other route without a guard; or if routes were added before `keywright`, other than preflights.
 *
 * @example
 * ```ts
 * await app.ready()
 * assertGuarded(app, { public: ['GET /health'] })
 * ```
 */
export function assertGuarded(app: FastifyInstance, options?: AssertGuardedOptions): readonly string[] {
  const watch = watches.get(app.server)
  if (watch === undefined) throw new Error('assertGuarded needs an app that is ready, with keywright in it')
  if (watch.cameLate) throw new Error('Routes were added before keywright was loaded: await app.register(keywright(…))')
  const names = [...watch.routes].flatMap(([route, guards]) => {
    // Asked late: a hook that ran after ours may have changed the config.
    return [...guards].some((isGuarded) => isGuarded(route.config ?? {})) ? [] : namesOf(route)
  })
  const isAutomatic = (name: string): boolean => name.startsWith('HEAD ') && names.includes(name.replace('HEAD', 'GET'))
  const routes = names.filter((name) => !isAutomatic(name)).map((route): OpenRoute => ({ route, unclear: null }))
  return assertPublic([...routes, ...notFoundHandlers(contextsOf(app).at(-1) ?? app)], options)
}

/** A name for each method. */
function namesOf({ method, url, constraints = {} }: RouteOptions): string[] {
  const bounds = Object.keys(constraints).length === 0 ? '' : ` ${JSON.stringify(constraints, asText)}`
  return [method].flat().map((one) => `${one} ${url}${bounds}`)
}

function asText(_key: string, value: unknown): unknown {
  return value instanceof RegExp ? String(value) : value
}

/** Ignores `OPTIONS` routes: a CORS plugin comes first, and adds one to answer preflights. */
function hasRoutes(app: FastifyInstance): boolean {
  const methods = [...app.printRoutes().matchAll(/\(([A-Z, ]+)\)/g)].map(([, names]) => names)
  return methods.some((names) => names !== 'OPTIONS')
}
