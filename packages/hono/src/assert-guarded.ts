import { type AssertGuardedOptions, assertOpen, coversPath } from '@keywright/core/http'
import { findTargetHandler } from 'hono/utils/handler'

const guards = new WeakSet<object>()

/** Remembers a guard, so that {@link assertGuarded} knows it again. */
export function markGuard<F extends object>(guard: F): F {
  guards.add(guard)
  return guard
}

interface Route {
  readonly method: string
  readonly path: string
  // biome-ignore lint/complexity/noBannedTypes: what Hono's own lookup takes
  readonly handler: Function
}

/** A Hono app, as far as it is looked at. */
export interface RouteTable {
  readonly routes: readonly Route[]
}

/**
 * Looks through the routes of a finished app for those that no guard stands before: in the route's own list, or registered
 * earlier on a path that surely covers it. Middleware is no route; an app under `mount` is not looked into.
 *
 * @returns the open routes, all of them named in `open`.
 * @throws Error, naming every other route without a guard.
 */
export function assertGuarded({ routes }: RouteTable, options?: AssertGuardedOptions): readonly string[] {
  const entries = routes.map((route) => ({ ...route, handler: findTargetHandler(route.handler) }))
  const stands = (guard: Route, { method, path }: Route): boolean =>
    (guard.method === 'ALL' || guard.method === method) && coversPath(guard.path, path)
  // With a `next` to call, and something to call: what `use` adds, or what stands in a route's list before the last.
  const isMiddleware = ({ method, path, handler }: Route, index: number): boolean =>
    handler.length > 1 &&
    (method === 'ALL' || entries.slice(index + 1).some((next) => next.method === method && next.path === path))
  const unguarded = entries.filter((entry, index) => {
    if (guards.has(entry.handler) || isMiddleware(entry, index)) return false
    return !entries.slice(0, index).some((one) => guards.has(one.handler) && stands(one, entry))
  })
  return assertOpen(
    unguarded.map(({ method, path }) => `${method} ${path}`),
    options,
  )
}
