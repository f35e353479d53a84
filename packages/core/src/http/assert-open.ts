/** Options of `assertGuarded`. */
export interface AssertGuardedOptions {
  /** Routes that are open on purpose, as `'GET /health'`. @defaultValue none */
  readonly open?: readonly string[] | undefined
}

/**
 * Compares the routes that no guard stands before with those that are open on purpose: the end of every `assertGuarded`.
 *
 * @returns the open routes, each once, as `'GET /health'`.
 * @throws Error, naming every other route.
 */
export function assertOpen(unguarded: readonly string[], { open = [] }: AssertGuardedOptions = {}): readonly string[] {
  const routes = [...new Set(unguarded)]
  const forgotten = routes.filter((route) => !open.includes(route))
  if (forgotten.length === 0) return routes
  throw new Error(`No guard stands before ${forgotten.join(', ')}. Guard them, or name them in \`open\``)
}
