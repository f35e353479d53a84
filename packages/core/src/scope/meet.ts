import { toNormalForm } from './normalize.js'
import { intersect, readPatterns } from './pattern.js'

/**
 * The normal form of what both `a` and `b` match (SCOPE-1).
 *
 * @throws `InvalidInput` naming the place, as `a[2]`, if a pattern is malformed; naming `b` if the two cross in more
 * than 2000 patterns.
 */
export function meet(a: readonly string[], b: readonly string[]): string[] {
  const others = readPatterns(b, 'b')
  const common = readPatterns(a, 'a').flatMap((one) => others.flatMap((other) => intersect(one, other) ?? []))
  return toNormalForm(common, 'b')
}
