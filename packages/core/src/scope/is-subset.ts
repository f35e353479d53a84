import { parsePatterns } from './parse-patterns.js'
import { patternTree } from './pattern-tree.js'

/**
 * Tests whether `b` matches every scope that `a` matches, including scopes that do not exist yet. Use it to check that a child
 * key has no more rights than its parent.
 *
 * @throws {@link InvalidInput} when a pattern is malformed. The field is its place, such as `a[2]`.
 */
export function isSubset(a: readonly string[], b: readonly string[]): boolean {
  const upper = patternTree(parsePatterns(b, 'b'))
  // Comparing one by one is exact: a pattern within a union is within one of its members.
  return parsePatterns(a, 'a').every((pattern) => upper.covers(pattern.segments))
}
