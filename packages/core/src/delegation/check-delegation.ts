import { ScopeExceedsActor } from '../errors/index.js'
import { isIpSubset } from '../ip/index.js'
import { organizationOf } from '../store/index.js'
import type { Actor, KeyIdentity, KeyRecord, StandardRateLimit } from '../values/index.js'
import { type ActorRights, rightsOfActor } from './actor-rights.js'
import { isWithinBudget } from './budget-bounds.js'
import { checkGrants } from './check-grants.js'
import { type Delegated, type Growth, growthOf, isLater, wholeGrowth } from './growth.js'
import { type LiveActor, requireHere } from './live-actor.js'
import type { DelegationParts } from './parts.js'
import { brokenRates } from './rate-bounds.js'

/** What a change makes of a key. */
export interface Delegation {
  readonly after: Delegated & Pick<KeyIdentity, 'owner' | 'environment'>
  /** The key as it is; `null` where the actor will hold the result whole: creation and rotation. */
  readonly before: Delegated | null
  /** Whether a key that cannot be used will be usable. @defaultValue false */
  readonly enables?: boolean
  /** Whether the actor is given a token: then it must be somebody who may act, though nothing grows. @defaultValue false */
  readonly givesToken?: boolean
}

/**
 * Refuses a change that gives a key what its actor does not have.
 *
 * What a key can do is a product: each of its scopes, from each of its addresses, at each moment until it expires, at its rate.
 * Where one side of a product grows, the grown part reaches over the whole of the others. So the law is: whatever a key can do
 * after the change, it could do before, or the actor can do it itself. A change that grows in no dimension gives nothing, and
 * the host is asked nothing. The host's own code (`system`) has no bounds.
 *
 * @throws ScopeExceedsActor, naming the field.
 */
export async function checkDelegation(
  parts: DelegationParts,
  actor: LiveActor,
  { after, before, enables = false, givesToken = false }: Delegation,
): Promise<void> {
  if (actor.actor.type === 'system') return
  requireHere(parts, actor, after)
  const standard = once(() => parts.rateLimits.standard(organizationOf(after.owner)))
  const compared = before === null ? wholeGrowth : await growthOf(parts.access, before, after, standard)
  const growth: Growth = { ...compared, time: compared.time || enables }
  const grown = (Object.keys(growth) as (keyof Growth)[]).filter((dimension) => growth[dimension])
  if (grown.length === 0 && !givesToken) return

  const rights = await rightsOfActor(parts, actor, after)
  if (grown.length === 0) return
  /** What the key had before in a dimension counts only where no other dimension grows: else it reaches further than before. */
  const hadIn = (dimension: keyof Growth): Delegated | null => (grown.length === 1 && growth[dimension] ? before : null)
  // One's own personal key never does more than oneself, whatever its grants say.
  if (growth.grants || !rights.isOwn) {
    await checkGrants(parts.access, rights, after.grants, hadIn('grants')?.grants, parts.manageScope)
  }
  checkExpiry(rights, after)
  checkAddresses(rights, after, hadIn('addresses'))
  await checkRate(rights, after, standard)
  checkBudget(rights, after)
  if (rights.isBound && after.binding === null) throw new ScopeExceedsActor('binding', ['use without a proof'])
}

/** Whether whoever rotates a key is given nothing by its new token: it is the key itself, or acts for them alone. */
export function isOwnKey(actor: Actor, { id, owner }: Pick<KeyRecord, 'id' | 'owner'>): boolean {
  if (actor.type === 'key') return actor.id === id
  return actor.type === 'user' && owner.type === 'user' && actor.id === owner.id
}

function checkExpiry(rights: ActorRights, { expiresAt }: Delegated): void {
  if (!isLater(expiresAt, rights.expiresAt)) return
  throw new ScopeExceedsActor('expiresAt', [expiresAt === null ? 'never' : textOf(expiresAt)])
}

function textOf(instant: Date): string {
  return Number.isNaN(instant.getTime()) ? 'unreadable' : instant.toISOString()
}

function checkAddresses(rights: ActorRights, { ipAllowList }: Delegated, before: Delegated | null): void {
  const isHeld = (range: string): boolean =>
    isIpSubset([range], rights.ipAllowList) || (before !== null && isIpSubset([range], before.ipAllowList))
  const exceeding =
    ipAllowList?.filter((range) => !isHeld(range)) ?? (rights.ipAllowList === null ? [] : ['any address'])
  if (exceeding.length > 0) throw new ScopeExceedsActor('ipAllowList', exceeding)
}

async function checkRate(
  rights: ActorRights,
  { rateLimits }: Delegated,
  standard: () => Promise<readonly StandardRateLimit[]>,
): Promise<void> {
  const broken = await brokenRates(rateLimits, rights.rateLimits, standard)
  if (broken.length === 0) return
  throw new ScopeExceedsActor(
    'rateLimits',
    broken.map(({ limit, windowMs }) => `more than ${limit} in ${windowMs} ms`),
  )
}

function checkBudget(rights: ActorRights, { budget }: Delegated): void {
  if (rights.budget === null || isWithinBudget(budget, rights.budget)) return
  throw new ScopeExceedsActor('budget', [`more than ${rights.budget.limit} credits`])
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined
  return () => {
    asked ??= ask()
    return asked
  }
}
