import { InvalidInput } from '../errors/index.js'
import { type Implications, withImplied } from './implications.js'
import { normalize } from './normalize.js'
import { parsePatterns } from './parse-patterns.js'
import { parseScope } from './parse-scope.js'

/**
 * Adds to `scopes` all scopes that they imply, directly or through others, and returns the normal form. A pattern implies what
 * each scope that it matches implies.
 *
 * @param implies - For each scope, the scopes that it implies: own properties, no wildcards. Cycles are allowed.
 * @throws {@link InvalidInput} when a pattern is malformed (the field is its place, such as `scopes[2]`), or when `implies` is
 * not an object of such lists.
 */
export function close(scopes: readonly string[], implies: Implications): string[] {
  const held = parsePatterns(scopes, 'scopes')
  checkImplications(implies)
  return normalize(withImplied(held, implies))
}

/** @throws {@link InvalidInput} */
export function checkImplications(implies: Implications): void {
  // No wildcards: what one implies would depend on the names that exist.
  const isSound = ([from, to]: [string, readonly string[]]) => Array.isArray(to) && [from, ...to].every(isConcrete)
  if (typeof implies === 'object' && implies !== null && Object.entries(implies).every(isSound)) return
  throw new InvalidInput('implies', 'an object with a list of scopes for each scope, without wildcards')
}

function isConcrete(text: string): boolean {
  const parsed = parseScope(text)
  return parsed.ok && parsed.concrete
}
