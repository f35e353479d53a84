import type { Access } from '../access/index.js'
import { InvalidOptions } from '../errors/index.js'
import type { GateVerdict } from './gate.js'

/**
 * Reads `orElse` of a guard: the host's own login on the same route.
 *
 * @throws InvalidOptions for what is no function, and beside `optional`, which would pass before the login is asked.
 */
export function readOrElse<F>(options: {
  readonly orElse?: F | undefined
  readonly optional?: unknown
}): F | undefined {
  const { orElse, optional = false } = options
  if (orElse === undefined) return undefined
  if (typeof orElse !== 'function') throw new InvalidOptions('orElse', 'a function')
  if (optional !== false) throw new InvalidOptions('orElse', 'left out where optional is set: only one can answer')
  return orElse
}

/**
 * Whether a refused request is one for `orElse`: it presented no key. A bearer token with none of our namespaces is not a key
 * but another's, such as a JWT; a bad key is, and is refused whatever else would let the request in.
 */
export function isForOrElse(verdict: GateVerdict<Access, boolean>): boolean {
  return !verdict.ok && !verdict.keyPresented
}
