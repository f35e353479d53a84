import { InvalidOptions } from '../errors/index.js'
import type { GateVerdict } from '../http/index.js'

/**
 * Returns the option `fallback` of a guard: the host's own login on the same route.
 *
 * @throws {@link InvalidOptions} when it is not a function, or `optional` is set too.
 */
export function readFallback<F>(options: {
  readonly fallback?: F | undefined
  readonly optional?: unknown
}): F | undefined {
  const { fallback, optional = false } = options
  if (fallback === undefined) return undefined
  if (typeof fallback !== 'function') throw new InvalidOptions('fallback', 'a function')
  if (optional === false) return fallback
  const message =
    'Options fallback and optional cannot be combined: optional lets a request pass before fallback is called.'
  throw new InvalidOptions('fallback', 'left out if optional is set', message)
}

/**
 * Tests whether `fallback` answers a refused request: the request presented no key. A bearer token with none of our namespaces,
 * such as a JWT, is not a key. A bad key is a key, so the request stays refused.
 */
export function isForFallback(verdict: GateVerdict<unknown>): boolean {
  return !verdict.ok && !verdict.keyPresented
}
