import { isKeyError, type ScopeExceedsActor } from '../errors/index.js'
import type { Actor, KeyIdentity } from '../values/index.js'
import { type ActorRights, rightsOfActor } from './actor-rights.js'
import { exceedingRoles, exceedingScopes } from './check-grants.js'
import { liveManager, requireHere } from './live-actor.js'
import type { DelegationParts } from './parts.js'

/** What an actor may give to a new key now: names of the access model, and bounds. Where a bound is `null`, the actor has none. */
export interface Grantable extends Pick<ActorRights, 'expiresAt' | 'ipAllowList' | 'rateLimits'> {
  /** Global scopes. */
  readonly scopes: readonly string[]
  readonly presets: readonly string[]
  readonly roles: readonly string[]
}

/**
 * Tells what an actor may give to a new key at a place: by the same comparison as a creation makes. Nothing, where the actor may do
 * nothing itself.
 *
 * @throws StoreUnavailable; what the host's functions throw.
 */
export async function grantableBy(
  parts: DelegationParts,
  actor: Actor,
  place: Pick<KeyIdentity, 'owner' | 'environment'>,
): Promise<Grantable> {
  const { access, manageScope } = parts
  try {
    const live = await liveManager(parts, actor)
    requireHere(parts, live, place)
    const rights = await rightsOfActor(parts, live, place)
    const isHeld = (scopes: readonly string[]): boolean => exceedingScopes(access, rights, scopes, []).length === 0
    const names = [...access.scopes.keys()].filter((scope) => !access.resourceScopes.has(scope))
    const exceeding = new Set<string>(exceedingScopes(access, rights, names, []))
    const isGivable = (role: string): boolean => exceedingRoles(access, rights, [role], [], manageScope).length === 0
    return {
      scopes: names.filter((scope) => !exceeding.has(scope)),
      presets: [...access.presets].filter(([, scopes]) => isHeld(scopes)).map(([name]) => name),
      roles: [...access.roles.keys()].filter(isGivable),
      expiresAt: rights.expiresAt,
      ipAllowList: rights.ipAllowList,
      rateLimits: rights.rateLimits,
    }
  } catch (error) {
    if (isKeyError(error) && error.code === ('scope_exceeds_actor' satisfies ScopeExceedsActor['code'])) return nothing
    throw error
  }
}

const nothing: Grantable = {
  ...{ scopes: [], presets: [], roles: [] },
  expiresAt: null,
  ipAllowList: null,
  rateLimits: null,
}
