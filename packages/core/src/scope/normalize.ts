import { InvalidInput } from '../errors/index.js'
import type { ParsedScope } from './parse-scope.js'
import { matches, maxPatterns, readPatterns } from './pattern.js'

/**
 * The one way to write a scope set: no pattern within another, no duplicates, sorted by code unit. Two sets match the
 * same scopes exactly if their normal forms are equal (SCOPE-3).
 *
 * Names that do not exist yet count: `*` is more than every scope of today's catalogue.
 *
 * @throws `InvalidInput` naming the place, as `scopes[2]`, if one is malformed.
 */
export function normalize(scopes: readonly string[]): string[] {
  return toNormalForm(readPatterns(scopes, 'scopes'), 'scopes')
}

/** @internal */
export function toNormalForm(patterns: Iterable<ParsedScope>, field: string): string[] {
  const distinct = new Map<string, ParsedScope>()
  for (const pattern of patterns) {
    distinct.set(pattern.scope, pattern)
    if (distinct.size > maxPatterns) throw new InvalidInput(field, `sets that make at most ${maxPatterns} scopes`)
  }
  const wide = [...distinct.values()].filter((pattern) => !pattern.concrete) // nothing else can hold another pattern
  return [...distinct.values()]
    .filter((pattern) => !wide.some((other) => other !== pattern && matches(other.scope, pattern.segments)))
    .map((pattern) => pattern.scope)
    .sort()
}
