import { InvalidInput } from '../errors/index.js'
import { type ParsedScope, parseScope } from './parse-scope.js'

/**
 * The most patterns that a set may have: far above the 200 of a key, and low enough that comparing each with each stays
 * a matter of milliseconds.
 */
export const maxPatterns = 2000

const star = 0x2a
const dot = 0x2e

/** Reads a set of patterns, or throws {@link InvalidInput} naming the first that is malformed, as `a[2]`. */
export function readPatterns(scopes: readonly string[], field: string): ParsedScope[] {
  // A missing set must not pass for an empty one: `isSubset` of nothing is true (SCOPE-9).
  if (!Array.isArray(scopes) || scopes.length > maxPatterns) {
    throw new InvalidInput(field, `a list of at most ${maxPatterns} scopes`)
  }
  return Array.from(scopes, (scope: string, index) => {
    const parsed = parseScope(scope)
    if (!parsed.ok)
      throw new InvalidInput(`${field}[${index}]`, 'a scope such as members.read, or a pattern: members.*')
    return parsed
  })
}

/**
 * Whether `pattern` matches everything that `segments` stand for: one scope, or all scopes of another pattern.
 *
 * A `*` among `segments` is taken for a name that occurs nowhere else. Only a `*` can match such a name, and only a last
 * `*` can match what may follow it, so matching that one word is matching them all.
 *
 * A malformed pattern matches nothing: each of its segments must equal one of `segments` or be a whole `*`.
 */
export function matches(pattern: string, segments: readonly string[]): boolean {
  let at = 0
  let left = segments.length
  for (const segment of segments) {
    const any = pattern.charCodeAt(at) === star
    if (any && at + 1 === pattern.length) return true
    if (!any && !pattern.startsWith(segment, at)) return false
    at += any ? 1 : segment.length
    left -= 1
    if (at === pattern.length) return left === 0
    if (pattern.charCodeAt(at) !== dot) return false
    at += 1
  }
  return false
}

/** The pattern of what both match, or `null` where they have nothing in common. */
export function intersect(a: ParsedScope, b: ParsedScope): ParsedScope | null {
  const [short, long] = a.segments.length <= b.segments.length ? [a.segments, b.segments] : [b.segments, a.segments]
  if (short.length < long.length && short.at(-1) !== '*') return null
  const common: string[] = []
  for (const [index, segment] of long.entries()) {
    const other = short[index] ?? '*' // its last `*` goes on matching
    if (segment !== '*' && other !== '*' && segment !== other) return null
    common.push(segment === '*' ? other : segment)
  }
  // Too long a pattern could only match scopes that are too long to exist.
  const parsed = parseScope(common.join('.'))
  return parsed.ok ? parsed : null
}
