import { toNormalForm } from './normalize.js'
import type { ParsedScope } from './parse-scope.js'
import { intersect, readPatterns } from './pattern.js'

/**
 * The normal form of what both `a` and `b` match (SCOPE-1).
 *
 * @throws `InvalidInput` naming the place, as `a[2]`, if a pattern is malformed; naming `b` if the two cross in more
 * than 2000 patterns.
 */
export function meet(a: readonly string[], b: readonly string[]): string[] {
  return toNormalForm(crossings(readPatterns(a, 'a'), readPatterns(b, 'b')), 'b')
}

/** One after the other: of too many, most are never made. */
function* crossings(a: readonly ParsedScope[], b: readonly ParsedScope[]): Generator<ParsedScope> {
  for (const one of a) {
    for (const other of b) {
      const both = intersect(one, other)
      if (both !== null) yield both
    }
  }
}
