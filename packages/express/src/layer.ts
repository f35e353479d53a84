/** What a router of Express 4 or 5 is made of. Not in its types, and looked at by nothing that answers requests. */
export interface Layer {
  readonly name?: string
  readonly handle: object & { readonly stack?: Stack }
  /** On a layer of a route: for one method, or for all. */
  readonly method?: string
  readonly route?: {
    readonly path: unknown
    readonly methods: Readonly<Record<string, boolean>>
    readonly stack: Stack
  }
  /** Express 5: the path as it was given. */
  readonly rawPath?: unknown
  /** Express 5: mounted on `/`. */
  readonly slash?: boolean
  /** Express 4: what became of the path. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean }
}

export type Stack = readonly Layer[]

/** The layers of an app, or of a router. @throws TypeError for what is neither */
export function stackOf(app: object): Stack {
  // Express 4 makes its router when it first needs it, and throws when asked for `router`.
  const { stack, _router, lazyrouter } = app as { stack?: Stack; _router?: { stack: Stack }; lazyrouter?: unknown }
  if (Array.isArray(stack)) return stack
  if (_router !== undefined || lazyrouter !== undefined) return _router?.stack ?? []
  const { router } = app as { router?: { stack?: Stack } }
  if (Array.isArray(router?.stack)) return router.stack
  throw new TypeError('assertGuarded needs an Express app or router')
}

/** Where `use` has put a layer: nothing for `/`, and a segment like no other where the path cannot be told. */
export function mountPath({ rawPath, slash, regexp }: Layer): string {
  if (slash === true || regexp?.fast_slash === true || rawPath === '/') return ''
  if (typeof rawPath === 'string') return rawPath.replace(/\/$/, '')
  const [, source] = /^\^((?:\\\/[\w-]+)+)\\\/\?\(\?=\\\/\|\$\)$/.exec(regexp?.source ?? '') ?? []
  return source === undefined ? `/(${String(rawPath ?? regexp?.source)})` : source.replaceAll('\\/', '/')
}
