import type { ResourceGrant } from '../values/index.js'
import type { ResourceType } from './access.js'
import type { Rights } from './kept-rights.js'

/**
 * Returns the level that a grant gives on one resource, or `null`. An unknown mode, an unknown level, and an id that is not an
 * own property of the grant give `null`.
 */
export function grantedLevel(type: ResourceType, grant: ResourceGrant | undefined, id: string): string | null {
  if (grant?.mode === 'all') return knownLevel(type, grant.level)
  if (grant?.mode !== 'specific' || !Object.hasOwn(grant.levels, id)) return null
  return knownLevel(type, grant.levels[id])
}

/** Returns the lower of two levels, or `null` if the type does not have one of them. */
export function lowerLevel(type: ResourceType, a: unknown, b: unknown): string | null {
  const rank = Math.min(rankOf(type, a), rankOf(type, b))
  return type.levels[rank] ?? null
}

/** Returns the highest level up to `level` all of whose scopes are within a ceiling, or `null` if none is. */
export function highestWithin(type: ResourceType, level: string, ceiling: Rights): string | null {
  const isWithin = (name: string): boolean => [...(type.scopesByLevel.get(name) ?? [])].every(ceiling.allows)
  return type.levels.slice(0, rankOf(type, level) + 1).findLast(isWithin) ?? null
}

/** Tests whether `level` is `floor` or a higher level of this type. */
export function isAtLeast(type: ResourceType, level: string | null, floor: string): boolean {
  return rankOf(type, level) >= rankOf(type, floor)
}

function knownLevel(type: ResourceType, level: unknown): string | null {
  return lowerLevel(type, level, level)
}

function rankOf(type: ResourceType, level: unknown): number {
  return typeof level === 'string' ? type.levels.indexOf(level) : -1
}
