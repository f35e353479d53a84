import {
  type AssertGuardedOptions,
  assertPublic,
  type GuardMarks,
  guardMarks,
  type OpenRoute,
} from '@keywright/core/adapter'
import { findTargetHandler } from 'hono/utils/handler'
import { hasPattern, samplePaths, spellingsOf } from './sample-paths.js'

const guards: GuardMarks = guardMarks()

/** Marks a middleware as a guard, so that {@link assertGuarded} recognizes it. */
export const markGuard: GuardMarks['mark'] = guards.mark

interface Route {
  readonly method: string
  readonly path: string
  // biome-ignore lint/complexity/noBannedTypes: the type that Hono's own lookup requires
  readonly handler: Function
}

/** The part of a Hono app that {@link assertGuarded} reads. */
export interface RouteTable {
  readonly routes: readonly Route[]
  /** Gives the handlers of a request in their order, each with its route. */
  readonly router: {
    match(
      method: string,
      path: string,
    ): readonly [(readonly (readonly [readonly [unknown, object], unknown])[])?, ...unknown[]]
  }
}

/** A route, and what Hono runs before it: the places of other routes in the table, for each request that was tried. */
interface Entry extends Route {
  readonly place: number
  /** Whether the requests that were tried stand for all that it matches. */
  readonly isSampled: boolean
  readonly isGuard: boolean
  readonly before: readonly (readonly number[])[]
}

/**
 * Asks the router of a finished app, for each route, which handlers run before it, and names the routes that a guard is not
 * among. The routes are fixed from then on, as they are from the first request.
 *
 * A handler that takes `next` is middleware where another always stands behind it, and is then taken to pass requests on; with
 * nothing behind it, as an app under `mount`, it is a route. What answers where no route matches is not looked at, nor is an
 * `upgrade` that a server handles beside the app.
 *
 * @returns the open routes, all of them named in `public`.
 * @throws Error, naming every other route without a guard, or of which that cannot be told.
 *
 * @example
 * ```ts
 * assertGuarded(app, { public: ['GET /health'] })
 * ```
 */
export function assertGuarded(app: RouteTable, options?: AssertGuardedOptions): readonly string[] {
  const entries = entriesOf(app)
  const found = entries.flatMap((entry): OpenRoute[] => {
    if (entry.isGuard || isPassedOn(entry, entries)) return []
    const unclear = findDoubt(entry, entries)
    return unclear === undefined ? [] : [{ route: `${entry.method} ${entry.path}`, unclear }]
  })
  return assertPublic(found, options)
}

function entriesOf({ routes, router }: RouteTable): readonly Entry[] {
  const depth = 1 + Math.max(0, ...routes.map(({ path }) => path.split('/').length))
  const places = new Map<object, number>(routes.map((route, place) => [route, place]))
  const own = routes.map(({ path }) => samplePaths(path, depth))
  const before = routes.map(() => new Map<string, readonly number[]>())
  const note = (place: number, chain: readonly number[]) => before[place]?.set(chain.join(), chain)
  const methods = new Set(['GET', 'NONE', ...routes.map(({ method }) => method)])
  methods.delete('ALL')
  // All samples for all routes: a router may take one for a route that is not written so.
  for (const method of methods) {
    for (const sample of new Set(own.flatMap((samples) => samples ?? []).flatMap(spellingsOf))) {
      const chain = (router.match(method, sample)[0] ?? []).map(([[, route]]) => places.get(route) ?? -1)
      for (const [at, place] of chain.entries()) note(place, chain.slice(0, at))
      for (const [place, route] of routes.entries()) {
        const mayMatch = hasPattern(route.path) && (route.method === 'ALL' || route.method === method)
        if (mayMatch && own[place]?.includes(sample))
          note(
            place,
            chain.filter((other) => other < place),
          )
      }
    }
  }
  return routes.map(({ method, path, handler: composed }, place) => {
    const handler = findTargetHandler(composed)
    const isGuard = guards.isMarked(handler)
    const isSampled = own[place] !== null
    return { method, path, handler, place, isSampled, isGuard, before: [...(before[place]?.values() ?? [])] }
  })
}

/** `undefined`: a guard runs before every request to it. `null`: none does. A text: why that cannot be told. */
function findDoubt(entry: Entry, entries: readonly Entry[]): string | null | undefined {
  const earlier = entries.slice(0, entry.place).filter(({ isGuard }) => isGuard)
  if (earlier.some((guard) => repeats(guard, entry))) return undefined
  if (!entry.isSampled) return 'it matches too many paths to try them'
  const isAlwaysBehind = (some: readonly Entry[]): boolean =>
    entry.before.length > 0 && entry.before.every((chain) => some.some(({ place }) => chain.includes(place)))
  if (isAlwaysBehind(earlier.filter(({ path }) => !hasPattern(path)))) return undefined
  if (entry.handler.length > 1) return 'it takes next, may answer by itself, and nothing stands behind it'
  if (entry.before.length === 0) return 'no path is known that it surely matches'
  const isNear = ({ method }: Entry): boolean => method === 'ALL' || entry.method === 'ALL' || method === entry.method
  if (hasPattern(entry.path) && earlier.some(isNear)) return 'its pattern cannot be compared with the paths of guards'
  return isAlwaysBehind(earlier) ? 'the guard asks for a pattern that the route does not' : null
}

/** Whether something with `next` to call always has something to call. */
function isPassedOn(entry: Entry, entries: readonly Entry[]): boolean {
  if (entry.handler.length < 2) return false
  return entries.slice(entry.place + 1).some((later) => {
    if (later.isGuard) return false
    if (repeats(entry, later)) return true
    return later.isSampled && later.before.length > 0 && later.before.every((chain) => chain.includes(entry.place))
  })
}

/**
 * Whether every path of `route` is one of `above` because its text is the same; or, with patterns, of which no sample is known,
 * because it begins so, and goes on with something that must be there.
 */
function repeats(above: Route, route: Route): boolean {
  if (above.method !== 'ALL' && above.method !== route.method) return false
  if (above.path === route.path) return true
  const start = above.path.slice(0, -1)
  if (!hasPattern(above.path) || !above.path.endsWith('/*') || !route.path.startsWith(start)) return false
  return /^[^*?]+$/.test(route.path.slice(start.length))
}
