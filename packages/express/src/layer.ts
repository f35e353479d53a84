/** What a router of Express 4 or 5 is made of. Not in its types, and changed by nothing here. */
export interface Layer {
  readonly name?: string
  readonly handle: Handle
  /** On a layer of a route: for one method, or for all. */
  readonly method?: string
  readonly route?: Route
  /** Express 5: the path, or paths, as given. */
  readonly rawPath?: unknown
  /** Express 5: whether the layer is mounted on `/`. */
  readonly slash?: boolean
  /** Express 4: what became of the path. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean; readonly fast_star?: boolean }
  /** Express 4: how much of a path the last match took. Express 5 returns it. */
  readonly path?: string | undefined
  match(path: string): boolean | { readonly path: string }
}

/** A function of a layer, which may be a router. */
export type Handle = ((...args: never[]) => unknown) & { readonly stack?: Stack }

export interface Route {
  readonly path: unknown
  readonly methods: Readonly<Record<string, boolean>>
  readonly stack: readonly Pick<Layer, 'handle' | 'method'>[]
}

export type Stack = readonly Layer[]

/** Returns the layers of an app or router. @throws TypeError when `app` is neither. */
export function stackOf(app: object): Stack {
  // Express 4 creates its router on first use, and its getter `router` throws.
  const { stack, _router, lazyrouter } = app as { stack?: Stack; _router?: { stack: Stack }; lazyrouter?: unknown }
  if (Array.isArray(stack)) return stack
  if (_router !== undefined || lazyrouter !== undefined) return _router?.stack ?? []
  const { router } = app as { router?: { stack?: Stack } }
  if (Array.isArray(router?.stack)) return router.stack
  throw new TypeError('assertGuarded needs an Express app or router.')
}

/** The handlers of a route that a method runs. */
export function handlersOf({ stack, methods }: Route, method: string): Route['stack'] {
  const own = method === 'head' && !methods.head ? 'get' : method
  return stack.filter((handler) => handler.method === undefined || handler.method === own)
}

/** Where a layer stands: its paths as they were given, `''` for a mount on `/`. `null` where that cannot be told. */
export function pathsOf({ route, slash, rawPath, regexp }: Layer): readonly string[] | null {
  if (route === undefined && (slash === true || regexp?.fast_slash === true)) return ['']
  const given = [route?.path ?? rawPath ?? mountedAt(regexp)].flat(Number.POSITIVE_INFINITY)
  if (!given.every((path) => typeof path === 'string')) return null
  return route === undefined ? given.map((path) => path.replace(/\/+$/, '')) : given
}

/** The paths that Express 4 has made a regular expression of, where they were plain ones, with or without parameters. */
function mountedAt(regexp: Layer['regexp']): readonly unknown[] {
  if (regexp?.fast_star === true) return ['*']
  return (regexp?.source ?? '').split(/\|(?=\^)/).map((source) => {
    const path = /^\^(.*)\\\/\?\(\?=\\\/\|\$\)$/
      .exec(source)?.[1]
      ?.replace(/\(\?:\\\/\(\[\^\\?\/\]\+\?\)\)(\??)/g, '/:any$1')
      .replace(/\(\?:\(\(\?:\(\?![^()]*\)\.\)\+\?\)\)/g, ':any')
      .replaceAll('(.*)', '*')
      .replace(/\\([/.])/g, '$1')
    return path !== undefined && /^(?:[\w\-./~*]|:any\??)+$/.test(path) ? path : null
  })
}

/**
 * What is left of a path behind a layer, as its router takes it off; `null` where the layer does not match. Asks the layer
 * itself, so its router's rules for case and slashes are followed.
 */
export function restBehind(layer: Layer, path: string): string | null {
  let taken: string | undefined
  try {
    const match = layer.match(path)
    if (match === false) return null
    taken = typeof match === 'object' ? match.path : layer.path
  } catch {
    return null // it is a parameter that cannot be decoded, and an error to Express
  }
  if (layer.route !== undefined || taken === undefined || taken === '') return path
  const rest = path.slice(taken.length)
  const ends = layer.regexp === undefined ? /^(?:\/|$)/ : /^(?:[/.]|$)/
  if (!path.startsWith(taken) || !ends.test(rest)) return null
  return rest.startsWith('/') ? rest : `/${rest}`
}
