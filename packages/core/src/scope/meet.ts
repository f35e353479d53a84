import { toNormalForm } from './normalize.js'
import { parsePatterns } from './parse-patterns.js'
import { type ParsedScope, parseScope } from './parse-scope.js'
import { patternTree } from './pattern-tree.js'

/**
 * Returns the intersection of two scope sets, in normal form.
 *
 * @throws {@link InvalidInput} when a pattern is malformed (the field is its place, such as `a[2]`), or when the intersection
 * has more than 2000 patterns.
 */
export function meet(a: readonly string[], b: readonly string[]): string[] {
  return toNormalForm(crossings(parsePatterns(a, 'a'), parsePatterns(b, 'b')), 'b')
}

/** A generator, so that the limit on patterns stops the work early. */
function* crossings(a: readonly ParsedScope[], b: readonly ParsedScope[]): Generator<ParsedScope> {
  const [ofA, ofB] = [patternTree(a), patternTree(b)]
  yield* a.filter(({ segments }) => ofB.covers(segments))
  yield* b.filter(({ segments }) => ofA.covers(segments))
  // Those are in the result whole. Of the others, only two patterns with a `*` each can have scopes in common.
  const rest = a.filter(({ concrete, segments }) => !concrete && !ofB.covers(segments))
  const others = b.filter(({ concrete, segments }) => !concrete && !ofA.covers(segments))
  for (const one of rest) {
    for (const other of others) {
      const both = intersect(one, other)
      if (both !== null) yield both
    }
  }
}

/** Returns the pattern of the scopes that both match, or `null` if there are none. */
function intersect(a: ParsedScope, b: ParsedScope): ParsedScope | null {
  const [short, long] = a.segments.length <= b.segments.length ? [a.segments, b.segments] : [b.segments, a.segments]
  if (short.length < long.length && short.at(-1) !== '*') return null
  const differs = (segment: string, index: number): boolean =>
    segment !== '*' && long[index] !== '*' && segment !== long[index]
  if (short.some(differs)) return null
  // The final `*` of `short` matches the rest.
  const common = long.map((segment, index) => (segment === '*' ? (short[index] ?? '*') : segment))
  // If the pattern is too long, every scope that it could match is too long as well.
  const parsed = parseScope(common.join('.'))
  return parsed.ok ? parsed : null
}
