import { checkDelegation, isOwnKey, liveManager, requireHere } from '../delegation/index.js'
import { InvalidState, KeyNotFound } from '../errors/index.js'
import { checkActor, checkContext, checkKeyId, isWithin, type ManageOptions } from '../input/index.js'
import { isExpired, toKey, wrapStoreErrors } from '../store/index.js'
import type { Actor, AuditContext, Key } from '../values/index.js'
import type { ManageParts } from './parts.js'

/** Who acts on something that belongs to a key, for the audit record. */
export interface ActingOnKey {
  readonly key: Key
  /** The store's clock. */
  readonly now: Date
  readonly actor: Actor
  readonly context: AuditContext
}

/**
 * Makes sure that a caller may manage something that belongs to a key, as it may manage the key.
 *
 * @param attempted - What the caller does, where it is given all that the key has: as by a rotation, it must have that itself, and
 * the key must work. `null`: it is given nothing.
 * @throws KeyNotFound, ScopeExceedsActor, InvalidState, InvalidInput, StoreUnavailable.
 */
export async function actForKey(
  parts: ManageParts,
  id: unknown,
  options: ManageOptions,
  attempted: string | null,
): Promise<ActingOnKey> {
  const keyId = checkKeyId(parts.format, id, 'keyId')
  const context = checkContext(options)
  const live = await liveManager(parts, checkActor(options))
  const found = await wrapStoreErrors(parts.store.find(keyId))
  if (found === null || !isWithin(found.record, options.within)) throw new KeyNotFound(keyId)
  const { record, now } = found
  requireHere(parts, live, record)
  const key = toKey(record, now)
  if (attempted === null) return { key, now, actor: live.actor, context }
  if (record.status !== 'active' && record.status !== 'disabled')
    throw new InvalidState(keyId, record.status, attempted)
  if (isExpired(record, now)) throw new InvalidState(keyId, 'expired', attempted)
  await checkDelegation(parts, live, {
    after: record,
    before: isOwnKey(live.actor, record) ? record : null,
    givesToken: true,
  })
  return { key, now, actor: live.actor, context }
}
