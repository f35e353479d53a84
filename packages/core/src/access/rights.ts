import { followed, type PatternTree, patternTree, readPatterns } from '../scope/index.js'
import type { Access } from './access.js'
import { keptRights, type Rights } from './kept-rights.js'

/** Rights to every scope: those of an owner that the host does not limit. */
export const everything: Rights = { allows: () => true }

/** The rights of an owner: its patterns and what they imply. Here, a wildcard covers sensitive scopes too. */
export const authorityRights = /* @__PURE__ */ keptRights((access, patterns): Rights => {
  const { isNamed, isWide } = read(patterns)
  return closed(
    access,
    (scope) => isNamed(scope) || isWide(scope),
    () => true,
  )
})

/**
 * The rights granted to a key: its patterns and what they imply. A wildcard does not grant a sensitive scope, nor what only a
 * sensitive scope implies. The grants or a role must name it, or name a scope that implies it.
 */
export const grantedRights = /* @__PURE__ */ keptRights((access, patterns): Rights => {
  const { isNamed, isWide } = read(patterns)
  const isOpen = (scope: string): boolean => access.scopes.get(scope)?.sensitive === false
  const named = closed(access, isNamed, () => true)
  const open = closed(access, isWide, isOpen)
  return { allows: (scope) => named.allows(scope) || open.allows(scope) }
})

/** Tells apart the scopes that patterns name, and those that a wildcard among them matches. */
function read(patterns: readonly string[]): Record<'isNamed' | 'isWide', (scope: string) => boolean> {
  const named = new Set<unknown>(Array.isArray(patterns) ? patterns : [])
  let wide: PatternTree | undefined
  return {
    isNamed: (scope) => named.has(scope),
    isWide: (scope) => {
      if (named.has('*')) return true
      wide ??= patternTree(readPatterns([...named]).filter(({ concrete }) => !concrete))
      return wide.covers(scope.split('.'))
    },
  }
}

/** The scopes of the catalog that are held, and those that they imply: as far as all `pass`. */
function closed(
  { scopes, implies, impliedBy }: Access,
  isHeld: (scope: string) => boolean,
  passes: (scope: string) => boolean,
): Rights {
  let reached: ReadonlySet<string> | undefined
  let looked = 0
  const find = (scope: string): boolean => {
    if (!passes(scope)) return false
    if (isHeld(scope)) return true
    if (reached === undefined) {
      const givers = followed([scope], impliedBy, passes)
      looked += givers.size
      if (looked <= scopes.size) return [...givers].some(isHeld)
      // By now it costs less to compute all that is reached than to go on scope by scope.
      const held = [...scopes.keys()].filter((each) => passes(each) && isHeld(each))
      reached = followed(held, implies, passes)
    }
    return reached.has(scope)
  }
  const answers = new Map<string, boolean>()
  return {
    allows: (scope) => {
      const known = answers.get(scope)
      if (known !== undefined) return known
      // So that no more is kept than the catalog has.
      if (!scopes.has(scope)) return false
      const answer = find(scope)
      answers.set(scope, answer)
      return answer
    },
  }
}
