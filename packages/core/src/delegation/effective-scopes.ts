import { type Access, grantedRights, type Rights } from '../access/index.js'
import { patternTree, readPatterns, withImplied } from '../scope/index.js'

/** Scopes that somebody has. */
export interface EffectiveScopes {
  /** Tests whether a pattern matches nothing else, not even among names that do not exist yet. */
  reaches(pattern: string): boolean
  /** Their rights, scope by scope: a wildcard in a key's grants does not give sensitive ones. */
  readonly rights: Rights
}

/** What a key with these patterns has of its own. */
export function effectiveScopesOf(access: Access, patterns: readonly string[]): EffectiveScopes {
  return { reaches: reachOf(access, patterns), rights: grantedRights(access, patterns) }
}

/** What either of two has. */
export function eitherOf(a: EffectiveScopes, b: EffectiveScopes): EffectiveScopes {
  return {
    // Comparing with one after the other is exact: a pattern within a union is within one of its members.
    reaches: (pattern) => a.reaches(pattern) || b.reaches(pattern),
    rights: { allows: (scope) => a.rights.allows(scope) || b.rights.allows(scope) },
  }
}

/** What both of two have. */
export function bothOf(a: EffectiveScopes, b: EffectiveScopes): EffectiveScopes {
  return {
    reaches: (pattern) => a.reaches(pattern) && b.reaches(pattern),
    rights: { allows: (scope) => a.rights.allows(scope) && b.rights.allows(scope) },
  }
}

/** Whether `holder` has whatever a key with these patterns could do, by the catalog of today and those to come. */
export function includes(access: Access, holder: EffectiveScopes, patterns: readonly string[]): boolean {
  const given = grantedRights(access, patterns)
  return (
    readPatterns(patterns).every(({ scope }) => holder.reaches(scope)) && !lackedBy(access, holder).some(given.allows)
  )
}

/** Those of the patterns that `holder` does not include. */
export function exceedingPatterns(access: Access, holder: EffectiveScopes, patterns: readonly string[]): string[] {
  if (includes(access, holder, patterns)) return []
  const lacked = lackedBy(access, holder)
  return readPatterns(patterns)
    .map(({ scope }) => scope)
    .filter((pattern) => !holder.reaches(pattern) || lacked.some(grantedRights(access, [pattern]).allows))
}

/** Whether `holder` has everything, sensitive scopes included. */
export function includesEverything(access: Access, holder: EffectiveScopes): boolean {
  return holder.reaches('*') && lackedBy(access, holder).length === 0
}

/**
 * Whether `holder` may manage the keys of others.
 *
 * @param manageScope - The scope that is this right; `null`: only whoever has everything has it.
 */
export function managesKeys(access: Access, holder: EffectiveScopes, manageScope: string | null): boolean {
  return (manageScope !== null && holder.rights.allows(manageScope)) || includesEverything(access, holder)
}

/**
 * Makes {@link EffectiveScopes.reaches} of patterns and what they imply. What a pattern within them implies is then within them
 * as well. A pattern that cannot be read, in what a host or a store says, gives nothing; it must not be the caller's fault.
 */
export function reachOf({ implies }: Access, patterns: readonly string[]): EffectiveScopes['reaches'] {
  const tree = patternTree(readPatterns(withImplied(readPatterns(patterns), implies)))
  return (pattern) => tree.covers(pattern.split('.'))
}

/** The scopes of the catalog that `holder` does not have. */
function lackedBy(access: Access, { rights }: EffectiveScopes): string[] {
  return [...access.scopes.keys()].filter((scope) => !rights.allows(scope))
}
