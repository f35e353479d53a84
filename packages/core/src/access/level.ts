import type { ResourceGrant } from '../values/index.js'
import type { ResourceType } from './access.js'

/**
 * The level that a grant gives on one resource, or `null`. An unknown mode, an unknown level and an id that the grant
 * does not hold as its own property give none (SCOPE-13, C29, C31, C33).
 */
export function grantedLevel(type: ResourceType, grant: ResourceGrant | undefined, id: string): string | null {
  if (grant?.mode === 'all') return knownLevel(type, grant.level)
  if (grant?.mode !== 'specific' || !Object.hasOwn(grant.levels, id)) return null
  return knownLevel(type, grant.levels[id])
}

/** The lower of two levels; `null`, or a level that the type does not have, is below all. */
export function lowerLevel(type: ResourceType, a: unknown, b: unknown): string | null {
  const rank = Math.min(rankOf(type, a), rankOf(type, b))
  return type.levels[rank] ?? null
}

/** Whether `level` reaches `floor` in this type's order. */
export function isAtLeast(type: ResourceType, level: string | null, floor: string): boolean {
  return rankOf(type, level) >= rankOf(type, floor)
}

function knownLevel(type: ResourceType, level: unknown): string | null {
  return lowerLevel(type, level, level)
}

function rankOf(type: ResourceType, level: unknown): number {
  return typeof level === 'string' ? type.levels.indexOf(level) : -1
}
