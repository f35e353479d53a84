import { KeyLocked } from '../errors/index.js'
import type { KeyBoundary } from '../input/index.js'
import { isSameOwner } from '../store/index.js'
import type { KeyRecord } from '../values/index.js'
import { rightsOfActor } from './actor-rights.js'
import { managesKeys } from './effective-scopes.js'
import type { LiveActor } from './live-actor.js'
import type { DelegationParts } from './parts.js'

/**
 * Whether a call acts for the owner of a key alone: it comes from them or from a key of theirs, or may reach their keys only.
 * An organization has nobody who is it: what its members and keys do with its keys, they do as themselves.
 */
export function actsForOwner(
  { actor, key }: LiveActor,
  within: KeyBoundary | undefined,
  { owner }: Pick<KeyRecord, 'owner'>,
): boolean {
  if (within?.owner !== undefined) return true
  if (owner.type !== 'user') return false
  return key === null ? actor.type === 'user' && actor.id === owner.id : isSameOwner(key.record.owner, owner)
}

/**
 * Refuses to enable a key that somebody else than its owner disabled, unless the call has no less authority than they had: it
 * comes from the same actor, from one that may manage all keys of the organization, or from the host's own code.
 *
 * @throws KeyLocked; ScopeExceedsActor where the actor may do nothing itself.
 */
export async function requireUnlockable(
  parts: DelegationParts,
  live: LiveActor,
  within: KeyBoundary | undefined,
  record: KeyRecord,
): Promise<void> {
  if (!record.locked || (await mayUnlock(parts, live, within, record))) return
  throw new KeyLocked(record.id, record.disabledBy)
}

async function mayUnlock(
  parts: DelegationParts,
  live: LiveActor,
  within: KeyBoundary | undefined,
  record: KeyRecord,
): Promise<boolean> {
  const { actor } = live
  // A call within the keys of one owner has the authority of that owner, whoever makes it.
  if (within?.owner !== undefined) return false
  if (actor.type === 'system') return true
  if (actor.type === record.disabledBy?.type && actor.id === record.disabledBy.id) return true
  // Of an owner without bounds it is not known whether they manage keys, and a lock that they open would be none.
  if (parts.resolveOwner === 'uncapped' && actsForOwner(live, within, record)) return false
  return managesKeys(parts.access, await rightsOfActor(parts, live, record), parts.manageScope)
}
