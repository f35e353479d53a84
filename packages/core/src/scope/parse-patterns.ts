import { InvalidInput } from '../errors/index.js'
import { maxPatterns, type ParsedScope, parseScope } from './parse-scope.js'

/**
 * Parses a set of patterns.
 *
 * @throws {@link InvalidInput} when a pattern is malformed. The field is the place of the first one, such as `a[2]`.
 */
export function parsePatterns(scopes: readonly string[], field: string): ParsedScope[] {
  // A missing set must not pass for an empty one: `isSubset` of nothing is true.
  if (!Array.isArray(scopes) || scopes.length > maxPatterns) {
    throw new InvalidInput(field, `a list of at most ${maxPatterns} scopes`)
  }
  return Array.from(scopes, (scope: string, index) => {
    const parsed = parseScope(scope)
    if (!parsed.ok)
      throw new InvalidInput(`${field}[${index}]`, 'a scope such as members.read, or a pattern such as members.*')
    return parsed
  })
}
