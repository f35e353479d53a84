import { matches, readPatterns } from './pattern.js'

/**
 * Whether `b` matches every scope that `a` matches, names that do not exist yet included (SCOPE-4). This is the test
 * for "a child has no more than its parent" (SCOPE-14).
 *
 * @throws `InvalidInput` naming the place, as `a[2]`, if a pattern is malformed.
 */
export function isSubset(a: readonly string[], b: readonly string[]): boolean {
  const upper = readPatterns(b, 'b')
  // One by one is exact: a pattern within a union is within one of its members.
  return readPatterns(a, 'a').every((pattern) => upper.some((other) => matches(other.scope, pattern.segments)))
}
