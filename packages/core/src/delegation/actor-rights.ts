import { type Access, type Authority, createPrincipal, grantedLevel, lowerLevel } from '../access/index.js'
import { ScopeExceedsActor } from '../errors/index.js'
import { type Found, isSameOwner, organizationOf, toKey } from '../store/index.js'
import type { Budget, KeyIdentity, RateLimit } from '../values/index.js'
import { type OwnerRights, patternsOf, resolveAuthority } from '../verify/index.js'
import { bothOf, type EffectiveScopes, effectiveScopesOf, includesEverything, reachOf } from './effective-scopes.js'
import type { LiveActor } from './live-actor.js'
import type { DelegationParts } from './parts.js'

/** What an actor has itself, and so may give to a key. */
export interface ActorRights extends EffectiveScopes {
  readonly roles: readonly string[]
  readonly levelsOn: Authority['levelsOn']
  /** The level that it has on all resources of a type, whichever there will be. */
  levelOnAll(type: string): string | null
  readonly expiresAt: Date | null
  readonly ipAllowList: readonly string[] | null
  /** `null`: those of a key without limits of its own. */
  readonly rateLimits: readonly RateLimit[] | null
  /** `null`: none, so no bound. */
  readonly budget: Budget | null
  /** Whether it must prove who it is: what it makes must not be used without. */
  readonly isBound: boolean
  /** Whether the key acts for this very actor: then each verification caps it to what the actor has at that time. */
  readonly isOwn: boolean
}

type Place = Pick<KeyIdentity, 'owner' | 'environment'>

/**
 * What a user, or a key, may give to a key at `place`.
 *
 * @throws ScopeExceedsActor where the actor may do nothing itself: a user who is suspended or no member there, a key whose owner
 * is.
 */
export async function rightsOfActor(
  parts: DelegationParts,
  { actor, key }: LiveActor,
  place: Place,
): Promise<ActorRights> {
  const rights = await (key === null ? rightsOfUser(parts, actor.id, place) : rightsOfKey(parts, key, place))
  if (rights === null) throw new ScopeExceedsActor('actor', ['any right here'])
  return rights
}

async function rightsOfUser(parts: DelegationParts, id: string, { owner }: Place): Promise<ActorRights | null> {
  const { access, resolveOwner } = parts
  const user = { type: 'user', id, organizationId: organizationOf(owner) } as const
  const authority = await resolveAuthority(access, resolveOwner, user)
  if (authority === null) return null
  return { ...rightsOfAuthority(access, authority), isOwn: isSameOwner(owner, user) }
}

async function rightsOfKey(parts: DelegationParts, { record, now }: Found, place: Place): Promise<ActorRights | null> {
  const { access, resolveOwner } = parts
  const { grants, owner } = record
  const authority = await resolveAuthority(access, resolveOwner, owner)
  if (authority === null) return null

  const own = effectiveScopesOf(access, await patternsOf(access, grants, organizationOf(owner)))
  const above = rightsOfAuthority(access, authority)
  const principal = createPrincipal({ access, record, now, view: toKey, granted: own.rights, authority })
  return {
    ...bothOf(own, above),
    roles: includesEverything(access, above) ? grants.roles : grants.roles.filter((role) => above.roles.includes(role)),
    levelsOn: principal.levelsOn,
    levelOnAll: (typeName) => {
      const type = access.resources.get(typeName)
      const grant = Object.hasOwn(grants.resources, typeName) ? grants.resources[typeName] : undefined
      if (type === undefined || grant?.mode !== 'all') return null
      const level = grantedLevel(type, grant, '')
      // For the same owner, both keys are capped alike; for another, only what is sure to be there counts.
      return isSameOwner(owner, place.owner) ? level : lowerLevel(type, level, above.levelOnAll(typeName))
    },
    expiresAt: record.expiresAt,
    ipAllowList: record.ipAllowList,
    rateLimits: record.rateLimits,
    budget: record.budget,
    isBound: record.binding !== null,
    isOwn: false,
  }
}

function rightsOfAuthority(access: Access, { patterns, rights, roles, levelsOn }: OwnerRights): ActorRights {
  const held: EffectiveScopes = { reaches: reachOf(access, patterns), rights }
  return {
    ...held,
    roles,
    levelsOn,
    // The host tells levels of resources that there are: of all there will be, only "everything" can speak.
    levelOnAll: (type) =>
      includesEverything(access, held) ? (access.resources.get(type)?.levels.at(-1) ?? null) : null,
    expiresAt: null,
    ipAllowList: null,
    rateLimits: null,
    budget: null,
    isBound: false,
    isOwn: false,
  }
}
