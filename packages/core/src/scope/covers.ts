import { InvalidInput } from '../errors/index.js'
import { parseScope, readPatterns } from './parse-scope.js'
import { patternTree } from './pattern-tree.js'

/**
 * Tests whether one of the granted patterns matches the required scope. `members.*` matches `members.read` and
 * `members.a.b`, not `members`; `*.read` matches `members.read`, not `a.b.read`; `*` matches everything.
 *
 * @param granted - Stored patterns. A malformed pattern matches nothing, and a value that is not a list grants nothing.
 * @param required - One scope, without wildcards.
 * @throws {@link InvalidInput} when `required` is malformed or has a wildcard.
 */
export function covers(granted: readonly string[], required: string): boolean {
  const parsed = parseScope(required)
  if (!parsed.ok || !parsed.concrete)
    throw new InvalidInput('required', 'one scope such as members.read, without wildcards')
  return patternTree(readPatterns(granted)).covers(parsed.segments)
}
