import { type Access, grantedLevel, isAtLeast, type Levels, type ResourceType } from '../access/index.js'
import { ScopeExceedsActor } from '../errors/index.js'
import type { Grants, ResourceGrant } from '../values/index.js'
import type { ActorRights } from './actor-rights.js'
import {
  effectiveScopesOf,
  eitherOf,
  exceedingPatterns,
  includes,
  includesEverything,
  managesKeys,
} from './effective-scopes.js'

const noGrants: Grants = { scopes: [], roles: [], resources: {} }

/**
 * Refuses grants that are neither the actor's nor those that the key had before.
 *
 * In one's own personal key, wildcards and levels on all resources mean "of what I have, whenever that is": they are not bounded
 * here, for each verification caps them to just that.
 *
 * @param before - What counts as had before; nothing where the actor must have the whole key.
 * @param manageScope - The scope that is the right to manage the keys of others; `null`: only whoever has everything has it.
 * @throws ScopeExceedsActor, naming the field.
 */
export async function checkGrants(
  access: Access,
  rights: ActorRights,
  after: Grants,
  before: Grants = noGrants,
  manageScope: string | null = null,
): Promise<void> {
  refuseExceeding('scopes', exceedingScopes(access, rights, after.scopes, before.scopes))
  refuseExceeding('roles', exceedingRoles(access, rights, after.roles, before.roles, manageScope))
  for (const [name, grant] of Object.entries(after.resources)) {
    const type = access.resources.get(name)
    if (type === undefined) continue // gives nothing
    const already = Object.hasOwn(before.resources, name) ? before.resources[name] : undefined
    const exceeding =
      grant.mode === 'all'
        ? exceedingOnAll(type, grant.level, already, rights.isOwn ? grant.level : rights.levelOnAll(name))
        : await exceedingLevels(type, grant.levels, already, (ids) => rights.levelsOn(name, ids))
    refuseExceeding(`resources.${name}`, exceeding)
  }
}

function refuseExceeding(field: string, exceeding: readonly string[]): void {
  if (exceeding.length > 0) throw new ScopeExceedsActor(field, exceeding)
}

/** Those of the scopes that an actor may not give to a key that `had` others. */
export function exceedingScopes(
  access: Access,
  rights: ActorRights,
  scopes: readonly string[],
  had: readonly string[],
): readonly string[] {
  const holder = eitherOf(rights, effectiveScopesOf(access, had))
  return exceedingPatterns(access, holder, rights.isOwn ? scopes.filter((scope) => !scope.includes('*')) : scopes)
}

/**
 * Those of the roles that an actor may not give to a key that `had` others.
 *
 * A role may say more tomorrow than it says today. Whoever has the role gets that as well. Anybody else who gives it needs all
 * that it says and the right to manage keys; and everything, where a function of the host says what it gives.
 */
export function exceedingRoles(
  access: Access,
  rights: ActorRights,
  roles: readonly string[],
  had: readonly string[],
  manageScope: string | null,
): readonly string[] {
  // One's own personal key never does more than oneself, whatever its role becomes.
  const mayGive = rights.isOwn || managesKeys(access, rights, manageScope)
  return roles.filter((role) => {
    if (rights.roles.includes(role) || had.includes(role)) return false
    const scopes = access.roles.get(role)
    return !(Array.isArray(scopes) ? mayGive && includes(access, rights, scopes) : includesEverything(access, rights))
  })
}

function exceedingOnAll(
  type: ResourceType,
  level: string,
  already: ResourceGrant | undefined,
  own: string | null,
): readonly string[] {
  const before = already?.mode === 'all' ? already.level : null
  return isAtLeast(type, before, level) || isAtLeast(type, own, level) ? [] : [`all: ${level}`]
}

async function exceedingLevels(
  type: ResourceType,
  levels: Readonly<Record<string, string>>,
  already: ResourceGrant | undefined,
  ownLevelsOn: (ids: readonly string[]) => Levels | Promise<Levels>,
): Promise<readonly string[]> {
  const added = Object.entries(levels).filter(([id, level]) => !isAtLeast(type, grantedLevel(type, already, id), level))
  if (added.length === 0) return []
  const own = await ownLevelsOn(added.map(([id]) => id))
  const isOwn = (id: string, level: string): boolean => {
    const held = own.get(id)
    return typeof held === 'string' && isAtLeast(type, held, level)
  }
  return added.filter(([id, level]) => !isOwn(id, level)).map(([id, level]) => `${id}: ${level}`)
}
