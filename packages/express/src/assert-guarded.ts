import { type AssertGuardedOptions, assertOpen, coversPath } from '@keywright/core/http'
import { type Layer, mountPath, type Stack, stackOf } from './layer.js'

const guards = new WeakSet<object>()

/** Remembers a guard, so that {@link assertGuarded} knows it again. */
export function markGuard<F extends object>(guard: F): F {
  guards.add(guard)
  return guard
}

/**
 * Walks a finished app, or a router, and looks for routes that no guard stands before: in the route's own list, or earlier, in
 * `use`, on a path that surely covers it. Middleware is no route; an app that is mounted in another is named as one.
 *
 * @returns the open routes, all of them named in `open`.
 * @throws Error, naming every other route without a guard.
 */
export function assertGuarded(app: object, options?: AssertGuardedOptions): readonly string[] {
  return assertOpen(findUnguarded(stackOf(app), '', []), options)
}

/** `covered`: the patterns of the guards on the way here. */
function findUnguarded(stack: Stack, prefix: string, covered: readonly string[]): string[] {
  const patterns = [...covered]
  const isCovered = (path: string): boolean => patterns.some((pattern) => coversPath(pattern, path))
  return stack.flatMap((layer) => {
    if (layer.route !== undefined) {
      const paths = [layer.route.path].flat().map((path) => prefix + String(path))
      return paths
        .filter((path) => !isCovered(path))
        .flatMap((path) => unguardedMethods(layer).map((m) => `${m} ${path}`))
    }
    const path = prefix + mountPath(layer)
    if (guards.has(layer.handle)) patterns.push(`${path}/*`)
    else if (layer.handle.stack !== undefined) return findUnguarded(layer.handle.stack, path, patterns)
    else if (layer.name === 'mounted_app' && !isCovered(`${path}/*`)) return [`ALL ${path}/*`]
    return []
  })
}

/** The methods of a route whose last handler no guard stands before. */
function unguardedMethods({ route }: Layer): string[] {
  return Object.keys(route?.methods ?? {}).flatMap((name) => {
    const handlers = (route?.stack ?? []).filter(({ method }) => method === undefined || method === name)
    const last = handlers.findLastIndex(({ handle }) => !guards.has(handle))
    const isGuarded = last === -1 || handlers.slice(0, last).some(({ handle }) => guards.has(handle))
    return isGuarded ? [] : [name === '_all' ? 'ALL' : name.toUpperCase()]
  })
}
