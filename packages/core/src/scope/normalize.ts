import { InvalidInput } from '../errors/index.js'
import { parsePatterns } from './parse-patterns.js'
import { maxPatterns, type ParsedScope } from './parse-scope.js'
import { patternTree } from './pattern-tree.js'

/**
 * Returns the normal form of a scope set: sorted by code unit, without duplicates, and without patterns that another pattern
 * covers. Two sets match the same scopes if and only if their normal forms are equal.
 *
 * Scopes that do not exist yet count: `*` is more than the list of all scopes in the catalog.
 *
 * @throws {@link InvalidInput} when a pattern is malformed. The field is its place, such as `scopes[2]`.
 */
export function normalize(scopes: readonly string[]): string[] {
  return toNormalForm(parsePatterns(scopes, 'scopes'), 'scopes')
}

/** @internal */
export function toNormalForm(patterns: Iterable<ParsedScope>, field: string): string[] {
  const distinct = new Map<string, ParsedScope>()
  for (const pattern of patterns) {
    distinct.set(pattern.scope, pattern)
    if (distinct.size > maxPatterns) {
      const message = `The result has more than ${maxPatterns} scopes: shorten ${field}.`
      throw new InvalidInput(field, `short enough for a result of at most ${maxPatterns} scopes`, message)
    }
  }
  const wide = patternTree([...distinct.values()].filter(({ concrete }) => !concrete)) // only these can cover another
  return [...distinct.values()]
    .filter(({ scope, segments }) => !wide.covers(segments, scope))
    .map(({ scope }) => scope)
    .sort()
}
