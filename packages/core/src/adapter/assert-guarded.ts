import { checkNames, type NamesOf } from '../check/index.js'

/** The routes that `assertGuarded` accepts without a guard. */
export interface AssertGuardedOptions {
  /** Routes that need no guard, such as `'GET /health'`. @defaultValue none */
  readonly public?: readonly string[] | undefined
}

const optionNames: NamesOf<AssertGuardedOptions> = { public: true }

/** A route that a guard was not found before. */
export interface OpenRoute {
  /** As `'GET /health'`. */
  readonly route: string
  /** Why it cannot be told whether a guard stands there, to go on after a colon. `null`: none does. */
  readonly unclear: string | null
}

/**
 * Compares the routes that no guard was found before with those that are open on purpose: the end of every `assertGuarded`.
 *
 * @returns the open routes, each once, as `'GET /health'`.
 * @throws {@link InvalidOptions} for an option that there is not.
 * @throws Error, naming every other route, and why it cannot be told whether it has a guard.
 */
export function assertPublic(found: readonly OpenRoute[], options: AssertGuardedOptions = {}): readonly string[] {
  checkNames(options, optionNames)
  const { public: open = [] } = options
  const forgotten = found.filter(({ route }) => !open.includes(route))
  if (forgotten.length === 0) return namesOf(found)
  const certain = namesOf(forgotten.filter(({ unclear }) => unclear === null))
  const unclear = forgotten.filter((one) => one.unclear !== null && !certain.includes(one.route))
  const sentences = new Set([
    ...(certain.length === 0 ? [] : [`No guard stands before ${certain.join(', ')}.`]),
    ...unclear.map(({ route, unclear }) => `Cannot tell whether a guard stands before ${route}: ${unclear}.`),
  ])
  throw new Error(`${[...sentences].join(' ')} Guard them, or name them in \`public\`.`)
}

function namesOf(routes: readonly OpenRoute[]): string[] {
  return [...new Set(routes.map(({ route }) => route))]
}
