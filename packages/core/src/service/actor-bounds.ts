import { type Access, createPrincipal, grantedLevel, grantedRights, lowerLevel, type Rights } from '../access/index.js'
import { ScopeExceedsActor } from '../errors/index.js'
import { close, isSubset, meet, parseScope } from '../scope/index.js'
import { isExpired, organizationOf } from '../store/index.js'
import { isSameOwner } from '../store/lifetime.js'
import type { Actor, KeyIdentity, RateLimit } from '../values/index.js'
import type { Settings } from './options.js'
import { toKey } from './public-key.js'
import { reachStore } from './reach-store.js'
import { type OwnerRights, resolveAuthority, rolePatterns } from './resolve-authority.js'

/** Scopes that somebody has. */
export interface Held {
  /** As patterns, which reach names that do not exist yet. */
  readonly patterns: readonly string[]
  /** The same, scope by scope: a wildcard in a key's grants does not give sensitive ones. */
  readonly rights: Rights
}

/** What an actor has itself, and so may give to a key (SCOPE-14). */
export interface Bounds extends Held {
  readonly roles: readonly string[]
  levelOn(type: string, id: string): unknown
  /** The level that it has on all resources of a type, whichever there will be. */
  levelOnAll(type: string): string | null
  readonly expiresAt: Date | null
  readonly ipAllowList: readonly string[] | null
  /** `null`: those of a key without limits of its own. */
  readonly rateLimits: readonly RateLimit[] | null
  /** Whether the key acts for this very actor: then each verification caps it to what the actor has at that time. */
  readonly isOwn: boolean
}

type Place = Pick<KeyIdentity, 'owner' | 'environment'>

/**
 * What a user, or a key, may give to a key at `place`.
 *
 * @throws ScopeExceedsActor where the actor may do nothing itself: a user who is suspended or no member there, a key that
 * would be refused, or that belongs to another organisation or environment.
 */
export async function boundsOfActor(settings: Settings, actor: Actor, place: Place): Promise<Bounds> {
  const bounds = await (actor.type === 'key' ? boundsOfKey : boundsOfUser)(settings, actor.id, place)
  if (bounds === null) throw new ScopeExceedsActor('actor', ['any right here'])
  return bounds
}

/** What a key with these patterns has of its own. */
export function heldBy(access: Access, patterns: readonly string[]): Held {
  return { patterns: closeReadable(access, patterns), rights: grantedRights(access, patterns) }
}

/** Whether `holder` has whatever a key with these patterns could do, by the catalogue of today and those to come. */
export function holds(access: Access, holder: Held, patterns: readonly string[]): boolean {
  const given = heldBy(access, patterns)
  return (
    isSubset(given.patterns, holder.patterns) &&
    [...access.scopes.keys()].every((scope) => !given.rights.allows(scope) || holder.rights.allows(scope))
  )
}

/** Whether `holder` has everything, sensitive scopes included. */
export function holdsEverything(access: Access, holder: Held): boolean {
  return holds(access, holder, ['*', ...access.scopes.keys()])
}

async function boundsOfUser(settings: Settings, id: string, { owner }: Place): Promise<Bounds | null> {
  const { access, resolveOwner } = settings
  const user = { type: 'user', id, organizationId: organizationOf(owner) } as const
  const authority = await resolveAuthority(access, resolveOwner, user)
  if (authority === null) return null
  return { ...boundsOfAuthority(access, authority), isOwn: isSameOwner(owner, user) }
}

async function boundsOfKey(settings: Settings, id: string, place: Place): Promise<Bounds | null> {
  const { access, resolveOwner, store } = settings
  const found = await reachStore(store.find(id))
  if (found === null) return null
  const { record, now } = found
  const { grants, owner } = record
  const isLive = record.status === 'active' && !isExpired(record, now) && record.damaged.length === 0
  const organizationId = organizationOf(owner)
  const isHere = organizationId === organizationOf(place.owner) && record.environment === place.environment
  if (!isLive || !isHere) return null
  const authority = await resolveAuthority(access, resolveOwner, owner)
  if (authority === null) return null

  const own = heldBy(access, [...grants.scopes, ...(await rolePatterns(access, grants.roles, organizationId))])
  const above = boundsOfAuthority(access, authority)
  const principal = createPrincipal({ access, key: toKey(record, now), granted: own.rights, authority })
  return {
    patterns: meet(own.patterns, above.patterns),
    rights: { allows: (scope) => own.rights.allows(scope) && above.rights.allows(scope) },
    roles: holdsEverything(access, above) ? grants.roles : grants.roles.filter((role) => above.roles.includes(role)),
    levelOn: principal.levelOn,
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
    isOwn: false,
  }
}

function boundsOfAuthority(access: Access, { patterns, rights, roles, levelOn }: OwnerRights): Bounds {
  const held: Held = { patterns: closeReadable(access, patterns), rights }
  return {
    ...held,
    roles,
    levelOn,
    // The host tells levels for one resource at a time: of all there will be, only "everything" can speak.
    levelOnAll: (type) => (holdsEverything(access, held) ? (access.resources.get(type)?.levels.at(-1) ?? null) : null),
    expiresAt: null,
    ipAllowList: null,
    rateLimits: null,
    isOwn: false,
  }
}

/** A pattern that cannot be read, in what a host or a store says, gives nothing; it must not be the caller's fault. */
function closeReadable({ implies }: Access, patterns: readonly string[]): readonly string[] {
  const readable = patterns.filter((pattern) => parseScope(pattern).ok)
  return close(readable, implies)
}
