import type { ParsedScope } from './parse-scope.js'

/** A set of patterns, by their segments. A question follows its own segments, however many patterns there are. */
export interface PatternTree {
  /**
   * Tests whether a pattern of the set matches everything that `segments` describe: one scope, or all scopes of another pattern.
   *
   * A `*` in `segments` is treated as a name that occurs nowhere else. Only a `*` can match that name, and only a final `*` can
   * match what may follow it. So a pattern that matches this one name matches every name.
   *
   * @param except - A pattern that does not count.
   */
  covers(segments: readonly string[], except?: string): boolean
  /** Tests whether `segments`, those of a pattern, match a scope of the set. For a set without wildcards. */
  matchSome(segments: readonly string[]): boolean
}

interface Branch {
  readonly next: Map<string, Branch>
  /** The pattern that ends here, if one does. */
  pattern: string | undefined
}

/** Makes a {@link PatternTree}. */
export function patternTree(patterns: Iterable<ParsedScope>): PatternTree {
  const root: Branch = { next: new Map(), pattern: undefined }
  for (const { scope, segments } of patterns) {
    let branch = root
    for (const segment of segments) {
      const next: Branch = branch.next.get(segment) ?? { next: new Map(), pattern: undefined }
      branch.next.set(segment, next)
      branch = next
    }
    branch.pattern = scope
  }
  return {
    covers: (segments, except) => coversFrom(root, segments, 0, except),
    matchSome: (segments) => matchBelow(root, segments, 0),
  }
}

function coversFrom(branch: Branch, segments: readonly string[], at: number, except: string | undefined): boolean {
  const ends = ({ pattern }: Branch): boolean => pattern !== undefined && pattern !== except
  const segment = segments[at]
  if (segment === undefined) return ends(branch)
  const any = branch.next.get('*')
  // A final `*` matches whatever follows.
  if (any !== undefined && (ends(any) || coversFrom(any, segments, at + 1, except))) return true
  const named = segment === '*' ? undefined : branch.next.get(segment)
  return named !== undefined && coversFrom(named, segments, at + 1, except)
}

function matchBelow({ next, pattern }: Branch, segments: readonly string[], at: number): boolean {
  const segment = segments[at]
  if (segment === undefined) return pattern !== undefined
  if (segment !== '*') {
    const named = next.get(segment)
    return named !== undefined && matchBelow(named, segments, at + 1)
  }
  if (at === segments.length - 1) return next.size > 0
  return [...next.values()].some((any) => matchBelow(any, segments, at + 1))
}
