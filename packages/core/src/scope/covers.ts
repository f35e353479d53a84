import { InvalidInput } from '../errors/index.js'
import { parseScope } from './parse-scope.js'
import { matches } from './pattern.js'

/**
 * Whether one of the granted patterns matches the required scope. `members.*` matches `members.read` and
 * `members.a.b`, not `members`; `*.read` matches `members.read`, not `a.b.read`; `*` matches everything.
 *
 * `granted` is stored data: no list at all grants nothing, and a malformed pattern in it matches nothing (SCOPE-9,
 * SCOPE-10).
 *
 * @throws `InvalidInput` if `required` is malformed or has a wildcard (SCOPE-8).
 */
export function covers(granted: readonly string[], required: string): boolean {
  const parsed = parseScope(required)
  if (!parsed.ok || !parsed.concrete) throw new InvalidInput('required', 'one scope such as members.read, no wildcard')
  if (!Array.isArray(granted)) return false
  return granted.some((pattern: unknown) => typeof pattern === 'string' && matches(pattern, parsed.segments))
}
