import { covers } from '../scope/index.js'
import type { Access } from './access.js'

/** One side of the cap: what a key was given, or what its owner may do now. */
export interface Rights {
  allows(scope: string): boolean
}

/** Rights to every scope: those of an owner whom the host has left uncapped. */
export const everything: Rights = { allows: () => true }

/**
 * What an owner may do now: the closure of its patterns (SCOPE-6). A wildcard of an owner covers sensitive scopes, too.
 */
export function authorityRights(access: Access, patterns: readonly string[]): Rights {
  return { allows: (scope) => (access.impliers.get(scope) ?? []).some((giver) => covers(patterns, giver)) }
}

/**
 * What a key was given: the closure of its patterns, except that a sensitive scope must be named, by the key's grants or
 * one of its roles, or be implied by a scope that is.
 */
export function grantedRights(access: Access, patterns: readonly string[]): Rights {
  const named = new Set(patterns)
  return {
    allows: (scope) =>
      (access.impliers.get(scope) ?? []).some((giver) => named.has(giver)) ||
      (access.openImpliers.get(scope) ?? []).some((giver) => covers(patterns, giver)),
  }
}

/** What both sides allow: never above either (SCOPE-6, D8). */
export function lowerOf(a: Rights, b: Rights): Rights {
  return { allows: (scope) => a.allows(scope) && b.allows(scope) }
}
