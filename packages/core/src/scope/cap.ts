import { withImplied } from './close.js'
import { meet } from './meet.js'

/**
 * What both sets allow once each is closed: the rights of a key with the scopes `b` whose owner has `a`. The result is
 * closed, and within both (SCOPE-6).
 *
 * Closing comes first: `boards.edit` and `boards.read` have no name in common, yet both may read (SCOPE-7).
 *
 * @param implies - As for `close`.
 * @throws `InvalidInput` as `close` and `meet` do.
 */
export function cap(
  a: readonly string[],
  b: readonly string[],
  implies: Readonly<Record<string, readonly string[]>>,
): string[] {
  return meet(withImplied(a, 'a', implies), withImplied(b, 'b', implies))
}
