import { METHODS } from 'node:http'
import { type AssertGuardedOptions, assertPublic, type OpenRoute } from '@keywright/core/adapter'
import { isGuard } from './guards.js'
import { type Layer, pathsOf, type Route, type Stack, stackOf } from './layer.js'
import { joined, samplePaths, samplesOfRest, spellingsOf } from './sample-paths.js'
import { doubtful, open, type Step, type Trial, tryList, tryWay, tryWayUpTo, weakest } from './trial.js'

/** The app, as far as samples must know it. */
interface Walk {
  /** More segments than any path in the app has. */
  readonly depth: number
  readonly methods: readonly string[]
}

/** Where a router is reached. */
interface Place {
  readonly name: string
  /** Paths that get there. */
  readonly prefixes: readonly string[]
  /** The layers on the way, from the first router whose paths can be told. */
  readonly steps: readonly Step[]
  /** What a request has met before. */
  readonly from: Trial
}

/**
 * Walks a finished app, or a router, and asks its layers, for requests that stand for all that a route matches, whether a guard
 * runs before it: in the route's own list, or earlier on the way. What cannot be told is named as such, and counts as open: a
 * route or a guard on a regular expression, an app that is mounted in another, what stands behind an error handler.
 *
 * Middleware that takes `next`, and what `router.param` runs, are no routes, and are taken to pass requests on as they came.
 * An `upgrade` never comes to a middleware: guard it where it is handled.
 *
 * @returns the open routes, all of them named in `public`.
 * @throws Error, naming every other route without a guard, or of which that cannot be told.
 *
 * @example
 * ```ts
 * assertGuarded(app, { public: ['GET /health'] })
 * ```
 */
export function assertGuarded(app: object, options?: AssertGuardedOptions): readonly string[] {
  const stack = stackOf(app)
  const walk = { depth: 1 + depthOf(stack), methods: [...new Set(['get', 'none', ...methodsIn(stack)])] }
  return assertPublic(openIn(walk, stack, { name: '', prefixes: [''], steps: [], from: open }), options)
}

function openIn(walk: Walk, stack: Stack, place: Place): OpenRoute[] {
  return stack.flatMap((layer, index) => {
    if (isGuard(layer.handle)) return []
    const steps = [...place.steps, { stack, index }]
    if (layer.route !== undefined) return openAt(walk, layer, layer.route, steps, place)
    const name = place.name + mountName(layer)
    const prefixes = joined(place.prefixes, samplesOf(walk, layer))
    if (layer.handle.stack === undefined) return openEnd(walk, layer, steps, { ...place, name }, prefixes)
    if (prefixes !== null) return openIn(walk, layer.handle.stack, { ...place, name, prefixes, steps })
    const from = tryAll(walk, steps, null, walk.methods, place)
    return openIn(walk, layer.handle.stack, { name, prefixes: [''], steps: [], from })
  })
}

/** A route: the methods whose last handler no guard stands before, in its own list or on the way. */
function openAt(walk: Walk, { regexp }: Layer, route: Route, steps: readonly Step[], place: Place): OpenRoute[] {
  return [route.path].flat(Number.POSITIVE_INFINITY).flatMap((path) => {
    const own = typeof path === 'string' ? samplePaths(path, walk.depth, regexp !== undefined) : null
    const samples = joined(place.prefixes, own)
    const found = Object.keys(route.methods).flatMap((method) => {
      const inList = tryList(route, method)
      if (inList.isGuarded) return []
      const onWay = tryAll(walk, steps, samples, methodsOf(walk, route, method), place)
      return onWay.isGuarded ? [] : [{ method, unclear: onWay.doubt ?? inList.doubt }]
    })
    return found.map(({ method, unclear }) => {
      const name = method === '_all' || isOfAll(route) ? 'ALL' : method.toUpperCase()
      return { route: `${name} ${place.name}${String(path)}`, unclear }
    })
  })
}

/** Whether `app.all` has made the route, which names every method there is. */
function isOfAll({ methods }: Route): boolean {
  return METHODS.every((name) => name === 'QUERY' || methods[name.toLowerCase()] === true)
}

/** What is no router, and yet answers: an app of its own, or a function that takes no `next`. */
function openEnd(
  walk: Walk,
  { name, handle }: Layer,
  steps: readonly Step[],
  place: Place,
  prefixes: readonly string[] | null,
): OpenRoute[] {
  const isApp = name === 'mounted_app'
  if (!isApp && handle.length !== 1 && handle.length !== 2) return []
  const { isGuarded, doubt } = tryAll(walk, steps, joined(prefixes, samplesOfRest(walk.depth)), walk.methods, place)
  const unclear = doubt ?? (isApp ? 'an app that is mounted in another is not looked into' : null)
  return isGuarded ? [] : [{ route: `ALL ${place.name}/*`, unclear }]
}

/** @param samples - `null`: what the last layer matches cannot be told, and whatever gets to it is tried. */
function tryAll(
  { depth }: Walk,
  steps: readonly Step[],
  samples: readonly string[] | null,
  methods: readonly string[],
  { prefixes, from }: Place,
): Trial {
  const paths = samples ?? joined(prefixes, samplesOfRest(depth)) ?? []
  const way = samples === null ? tryWayUpTo : tryWay
  const trials = paths.flatMap(spellingsOf).flatMap((path) => methods.map((method) => way(steps, path, method, from)))
  const result = weakest(trials.filter((trial) => trial !== null))
  const hasGuard = steps.some(({ stack, index }) => stack.slice(0, index).some(({ handle }) => isGuard(handle)))
  const isVague = samples === null && hasGuard && !result.isGuarded && result.doubt === null
  return isVague ? doubtful('what it matches cannot be compared with the paths of guards') : result
}

function samplesOf({ depth }: Walk, layer: Layer): readonly string[] | null {
  const samples = pathsOf(layer)?.map((path) => samplePaths(path, depth, layer.regexp !== undefined)) ?? [null]
  return samples.some((some) => some === null) ? null : samples.flatMap((some) => some ?? [])
}

function methodsOf({ methods }: Walk, route: Route, method: string): readonly string[] {
  if (method === '_all') return methods
  return method === 'get' && !route.methods.head ? ['get', 'head'] : [method]
}

function mountName(layer: Layer): string {
  const paths = pathsOf(layer)
  if (paths === null) return `/(${String(layer.rawPath ?? layer.regexp)})`
  return paths.length === 1 ? (paths[0] ?? '') : `/(${paths.join('|')})`
}

function depthOf(stack: Stack): number {
  return stack.reduce((deepest, layer) => {
    const own = Math.max(1, ...(pathsOf(layer) ?? []).map((path) => path.split('/').length))
    return Math.max(deepest, own + (layer.handle.stack === undefined ? 0 : depthOf(layer.handle.stack)))
  }, 0)
}

function methodsIn(stack: Stack): readonly string[] {
  return stack.flatMap(({ route, handle }) => {
    if (route !== undefined) return Object.keys(route.methods).filter((method) => method !== '_all')
    return handle.stack === undefined ? [] : methodsIn(handle.stack)
  })
}
