import { grantedLevel, isAtLeast, type ResourceType } from '../access/index.js'
import { ScopeExceedsActor } from '../errors/index.js'
import { isIpSubset } from '../limits/index.js'
import { organizationOf } from '../store/index.js'
import type { Actor, Grants, KeyIdentity, KeyRecord, KeySettings, RateLimit, ResourceGrant } from '../values/index.js'
import { type Bounds, boundsOfActor, type Held, heldBy, holds, holdsEverything } from './actor-bounds.js'
import type { Settings } from './options.js'

/** The settings of a key that give, or take away. */
type Delegated = Pick<KeySettings, 'grants' | 'expiresAt' | 'ipAllowList' | 'rateLimits'>

/**
 * Refuses a key that would exceed the one who makes it: in scopes, roles, levels, expiry, addresses or limits (SCOPE-14).
 * Of a change, only what it adds is looked at: whoever renames a stronger key, or takes something from it, gives nothing
 * away. The host's own code (`system`) has no bounds.
 *
 * In one's own personal key, wildcards and levels on all resources mean "of what I have, whenever that is" (T2): they are
 * not bounded here, for each verification caps them to just that.
 *
 * @param before - The key as it is; `null` where the actor will hold the result whole: creation and rotation.
 * @throws ScopeExceedsActor, naming the field.
 */
export async function checkDelegation(
  settings: Settings,
  actor: Actor,
  after: Delegated & Pick<KeyIdentity, 'owner' | 'environment'>,
  before: Delegated | null,
): Promise<void> {
  if (actor.type === 'system') return
  const bounds = await boundsOfActor(settings, actor, after)
  const standard = await settings.rateLimits.standard(organizationOf(after.owner))

  checkScopes(settings, bounds, after.grants, before?.grants)
  checkRoles(settings, bounds, after.grants, before?.grants)
  await checkResources(settings, bounds, after.grants, before?.grants)
  checkExpiry(bounds, after, before)
  checkIpAllowList(bounds, after, before)
  checkRateLimits(bounds, standard, after, before)
}

/** Whether whoever rotates a key is given nothing by its new token: it is the key itself, or acts for them alone. */
export function isOwnKey(actor: Actor, { id, owner }: Pick<KeyRecord, 'id' | 'owner'>): boolean {
  if (actor.type === 'key') return actor.id === id
  return actor.type === 'user' && owner.type === 'user' && actor.id === owner.id
}

/** @throws ScopeExceedsActor if the actor is a key, and the host has not allowed that (MGMT-4). */
export function requireManager({ allowKeyManagement }: Settings, actor: Actor): void {
  if (actor.type === 'key' && !allowKeyManagement) throw new ScopeExceedsActor('actor', ['the management of keys'])
}

function checkScopes({ access }: Settings, bounds: Bounds, after: Grants, before: Grants | undefined): void {
  const already = heldBy(access, before?.scopes ?? [])
  const holder: Held = {
    patterns: [...bounds.patterns, ...already.patterns],
    rights: { allows: (scope) => bounds.rights.allows(scope) || already.rights.allows(scope) },
  }
  const exceeding = after.scopes.filter(
    (scope) => !(bounds.isOwn && scope.includes('*')) && !holds(access, holder, [scope]),
  )
  if (exceeding.length > 0) throw new ScopeExceedsActor('scopes', exceeding)
}

function checkRoles({ access }: Settings, bounds: Bounds, after: Grants, before: Grants | undefined): void {
  const exceeding = after.roles.filter((role) => {
    if (bounds.roles.includes(role) || before?.roles.includes(role) === true) return false
    const scopes = access.roles.get(role)
    // What a function gives tomorrow is covered by everything alone.
    return Array.isArray(scopes) ? !holds(access, bounds, scopes) : !holdsEverything(access, bounds)
  })
  if (exceeding.length > 0) throw new ScopeExceedsActor('roles', exceeding)
}

async function checkResources(
  { access }: Settings,
  bounds: Bounds,
  after: Grants,
  before: Grants | undefined,
): Promise<void> {
  for (const [typeName, grant] of Object.entries(after.resources)) {
    const type = access.resources.get(typeName)
    if (type === undefined) continue // gives nothing
    const resources = before?.resources ?? {}
    const already = Object.hasOwn(resources, typeName) ? resources[typeName] : undefined
    const exceeding =
      grant.mode === 'all'
        ? exceedingOnAll(type, grant.level, already, bounds.isOwn ? grant.level : bounds.levelOnAll(typeName))
        : await exceedingLevels(type, grant.levels, already, (id) => bounds.levelOn(typeName, id))
    if (exceeding.length > 0) throw new ScopeExceedsActor(`resources.${typeName}`, exceeding)
  }
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
  ownLevelOn: (id: string) => unknown,
): Promise<readonly string[]> {
  const exceeding: string[] = []
  for (const [id, level] of Object.entries(levels)) {
    if (isAtLeast(type, grantedLevel(type, already, id), level)) continue
    const own = await ownLevelOn(id)
    if (typeof own !== 'string' || !isAtLeast(type, own, level)) exceeding.push(`${id}: ${level}`)
  }
  return exceeding
}

function checkExpiry(bounds: Bounds, { expiresAt }: Delegated, before: Delegated | null): void {
  if (!isLater(expiresAt, bounds.expiresAt) || (before !== null && !isLater(expiresAt, before.expiresAt))) return
  throw new ScopeExceedsActor('expiresAt', [expiresAt === null ? 'never' : expiresAt.toISOString()])
}

/** Whether a key that expires at `a` outlives one that expires at `b`; `null`: never. */
function isLater(a: Date | null, b: Date | null): boolean {
  return b !== null && (a === null || a > b)
}

function checkIpAllowList(bounds: Bounds, { ipAllowList }: Delegated, before: Delegated | null): void {
  if (isIpSubset(ipAllowList, bounds.ipAllowList)) return
  if (before !== null && isIpSubset(ipAllowList, before.ipAllowList)) return
  throw new ScopeExceedsActor('ipAllowList', ipAllowList ?? ['any address'])
}

function checkRateLimits(
  bounds: Bounds,
  standard: readonly RateLimit[],
  after: Delegated,
  before: Delegated | null,
): void {
  const limits = after.rateLimits ?? standard
  const broken = brokenLimits(limits, bounds.rateLimits ?? standard)
  if (broken.length === 0) return
  if (before !== null && brokenLimits(limits, before.rateLimits ?? standard).length === 0) return
  const excess = broken.map(({ limit, windowMs }) => `more than ${limit} in ${windowMs} ms`)
  throw new ScopeExceedsActor('rateLimits', excess)
}

/** Those of `bounds` that a key with `limits` could break. */
function brokenLimits(limits: readonly RateLimit[], bounds: readonly RateLimit[]): readonly RateLimit[] {
  const keeps = (bound: RateLimit) =>
    limits.some(({ limit, windowMs }) => windowMs === bound.windowMs && limit <= bound.limit)
  return bounds.filter((bound) => !keeps(bound))
}
