import { toNormalForm } from './normalize.js'
import { readPatterns } from './pattern.js'

/**
 * The normal form of what `a` or `b` matches (SCOPE-1).
 *
 * @throws `InvalidInput` naming the place, as `a[2]`, if a pattern is malformed.
 */
export function join(a: readonly string[], b: readonly string[]): string[] {
  return toNormalForm([...readPatterns(a, 'a'), ...readPatterns(b, 'b')], 'b')
}
