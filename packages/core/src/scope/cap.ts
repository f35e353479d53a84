import { checkImplications } from './close.js'
import { withImplied } from './implications.js'
import { meet } from './meet.js'
import { parsePatterns } from './parse-patterns.js'

/**
 * Returns the scopes that both sets allow, with implied scopes counted on each side. These are the rights of a key with the
 * scopes `b` if its owner has the scopes `a`. The result includes its own implied scopes, and is within both sides.
 *
 * Implied scopes are added first: `boards.edit` and `boards.read` have no pattern in common, yet both allow reading.
 *
 * @param implies - The table of implied scopes, as for {@link close}.
 * @throws {@link InvalidInput} when a pattern or `implies` is malformed, or the result has more than 2000 patterns.
 */
export function cap(
  a: readonly string[],
  b: readonly string[],
  implies: Readonly<Record<string, readonly string[]>>,
): string[] {
  const [held, other] = [parsePatterns(a, 'a'), parsePatterns(b, 'b')]
  checkImplications(implies)
  return meet(withImplied(held, implies), withImplied(other, implies))
}
