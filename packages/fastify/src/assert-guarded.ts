import { type AssertGuardedOptions, assertOpen } from '@keywright/core/http'
import type { FastifyContextConfig, FastifyInstance } from 'fastify'

interface Watch {
  readonly routes: { readonly method: string; readonly url: string; readonly isGuarded: () => boolean }[]
  /** Whether there were routes before, which are not told of any more. */
  readonly cameLate: boolean
}

/** By the server, which an app and all that is encapsulated in it have in common. */
const watches = new WeakMap<object, Watch>()

/** Remembers the routes that are added from now on, where the plugin guards them. */
export function watchRoutes(app: FastifyInstance, isGuarded: (config: FastifyContextConfig) => boolean): void {
  const watch = watches.get(app.server) ?? { routes: [], cameLate: hasRoutes(app) }
  watches.set(app.server, watch)
  app.addHook('onRoute', (route) => {
    const { method, url } = route
    for (const one of [method].flat()) {
      // Asked late: hooks that run after this one may still change the config.
      watch.routes.push({ method: one, url, isGuarded: () => isGuarded(route.config ?? {}) })
    }
  })
}

/**
 * Looks through the routes that were added since `keywright` was loaded, where it was loaded, for those that it does not guard.
 * The `HEAD` that goes with a `GET` is not told apart.
 *
 * @returns the open routes, all of them named in `open`.
 * @throws Error, naming every other route without a guard; or if routes were added before `keywright`, other than preflights.
 */
export function assertGuarded(app: FastifyInstance, options?: AssertGuardedOptions): readonly string[] {
  const watch = watches.get(app.server)
  if (watch === undefined) throw new Error('assertGuarded needs an app that is ready, with keywright in it')
  if (watch.cameLate) throw new Error('Routes were added before keywright was loaded: await app.register(keywright(…))')
  const guarded = new Set(watch.routes.filter((route) => route.isGuarded()).map(nameOf))
  const names = watch.routes.map(nameOf).filter((name) => !guarded.has(name))
  const isAutomatic = (name: string): boolean => name.startsWith('HEAD ') && names.includes(name.replace('HEAD', 'GET'))
  return assertOpen(
    names.filter((name) => !isAutomatic(name)),
    options,
  )
}

function nameOf({ method, url }: Watch['routes'][number]): string {
  return `${method} ${url}`
}

/** A CORS plugin stands first, and its route answers preflights alone. */
function hasRoutes(app: FastifyInstance): boolean {
  const methods = [...app.printRoutes().matchAll(/\(([A-Z, ]+)\)/g)].map(([, names]) => names)
  return methods.some((names) => names !== 'OPTIONS')
}
