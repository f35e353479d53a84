import { ScopeExceedsActor } from '../errors/index.js'
import { type Found, isExpired, isPast, organizationOf, wrapStoreErrors } from '../store/index.js'
import type { Actor, KeyIdentity } from '../values/index.js'
import type { DelegationParts } from './parts.js'

/** An actor that may act now. A key among them was looked up. */
export interface LiveActor {
  /** As the audit log names it. */
  readonly actor: Actor
  /** The actor's own record; `null` for a user and for the host's own code. */
  readonly key: Found | null
}

/**
 * Makes sure that an actor may change keys at all. A key may only where the host allows it.
 *
 * @throws ScopeExceedsActor for a key that may not act; StoreUnavailable.
 */
export async function liveManager(
  parts: Pick<DelegationParts, 'store' | 'allowKeyManagement' | 'delegates'>,
  actor: Actor,
): Promise<LiveActor> {
  if (actor.type === 'key' && !parts.allowKeyManagement) {
    throw new ScopeExceedsActor('actor', ['the management of keys'])
  }
  return liveActor(parts, actor)
}

/**
 * Makes sure that an actor may act at all. A key must be live, and must have come with its current token: the token before its
 * last rotation verifies for a while, and manages nothing; a delegated token never does.
 *
 * @throws ScopeExceedsActor for a key that may not act; StoreUnavailable.
 */
export async function liveActor(
  { store, delegates }: Pick<DelegationParts, 'store' | 'delegates'>,
  actor: Actor,
): Promise<LiveActor> {
  if (actor.type !== 'key') return { actor, key: null }
  // Where keys delegate, one that does not say with which token it came may have come with a delegated one.
  if (actor.token === 'delegate' || (delegates !== null && actor.token === undefined)) {
    throw new ScopeExceedsActor('actor', ['any right with a token that may be a delegated one: pass principal.actor'])
  }
  const found = await wrapStoreErrors(store.find(actor.id))
  if (found === null || !isLive(found)) throw new ScopeExceedsActor('actor', ['any right here'])
  // Its grace may have ended between the verification and this call: that makes it no better.
  if (actor.token === 'previous' || (isInGrace(found) && actor.token !== 'current')) {
    throw new ScopeExceedsActor('actor', ['any right with a token that may be the one before the last rotation'])
  }
  return { actor: { type: 'key', id: actor.id }, key: found }
}

/**
 * Makes sure that an actor may act on keys at `place`: a key only acts in its own organisation and environment.
 *
 * @throws ScopeExceedsActor
 */
export function requireHere(
  { environmentOf }: Pick<DelegationParts, 'environmentOf'>,
  { actor, key }: LiveActor,
  place: Pick<KeyIdentity, 'owner' | 'environment'>,
): void {
  if (key === null) return
  requireOfOrganization({ actor, key }, organizationOf(place.owner))
  const now = environmentOf.get(place.environment)
  if (now === undefined || environmentOf.get(key.record.environment) !== now)
    throw new ScopeExceedsActor('actor', ['any right here'])
}

/**
 * Makes sure that an actor may act on the log of an organisation: a key only acts in its own.
 *
 * @throws ScopeExceedsActor
 */
export function requireOfOrganization({ key }: LiveActor, organizationId: string): void {
  if (key === null || organizationOf(key.record.owner) === organizationId) return
  throw new ScopeExceedsActor('actor', ['any right here'])
}

function isLive({ record, now }: Found): boolean {
  return record.status === 'active' && !isExpired(record, now) && record.damaged.length === 0
}

function isInGrace({ record: { previousHash, previousHashExpiresAt: end }, now }: Found): boolean {
  return previousHash !== null && end !== null && !isPast(end, now)
}
