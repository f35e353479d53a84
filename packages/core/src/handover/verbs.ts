import { checkTrialOptions, type TrialOptions } from '../input/index.js'
import type { Key } from '../values/index.js'
import type { KeyGroup } from './key-group.js'
import type { HandoverParts } from './parts.js'
import { type RevokeAllInput, type RevokeAllOptions, type RevokedAll, revokeAll } from './revoke-all.js'
import { type TransferInput, transferKey } from './transfer.js'

/** The methods of a keyring for keys of somebody who leaves, and for keys that must all end. */
export interface HandoverVerbs {
  /**
   * Revokes all keys of one organization that somebody created, that an owner has, that a key created, or that were created before an
   * instant; and, as a cascade, those that these keys created. Each is revoked by itself, in a transaction with its record. A call that
   * was cut off is called again: what is revoked is not met again.
   *
   * With `dryRun`, it changes nothing, and names the keys that would end.
   *
   * @param group - Which keys. A key that was transferred is of the one who answers for it now.
   * @throws {@link InvalidInput}, naming the field: also for a group without a selector.
   * @throws {@link ScopeExceedsActor} when the actor may manage no keys.
   * @throws {@link StoreUnavailable}, {@link OutcomeUnknown} when the store fails: call it again.
   *
   * @example
   * ```ts
   * const leaver = { organizationId: 'acme', createdBy: { type: 'user', id: 'ada' } } as const
   * const { revoked } = await keyring.revokeAll(leaver, { reason: 'left' }, { actor: { type: 'user', id: 'bob' }, dryRun: true })
   * ```
   */
  revokeAll(group: KeyGroup, input?: RevokeAllInput, options?: RevokeAllOptions): Promise<RevokedAll>

  /**
   * Gives a key of an organization to somebody else there: to a person whom it acts as from now on (`owner`), or to one who answers for
   * it (`createdBy`). Its token stays. From the next request on, the key does no more than its new owner may.
   *
   * The actor must have all that the key can do, as for a new key of that owner. A person's own key cannot be transferred: its token is
   * known to them, who would act as somebody else.
   *
   * @throws {@link InvalidInput}, naming the field: also for somebody who may do nothing in the organization.
   * @throws {@link KeyNotFound}; {@link KeyChanged}; {@link InvalidState} for a revoked key.
   * @throws {@link ScopeExceedsActor} when the actor would give away more than it has.
   * @throws {@link PlanLimitReached} when keys are counted by owner, and the new one has no place left.
   * @throws {@link InvalidOptions} when the store cannot transfer keys.
   * @throws {@link StoreUnavailable}, {@link OutcomeUnknown} when the store fails.
   *
   * @example
   * ```ts
   * await keyring.transfer(key.id, { createdBy: { type: 'user', id: 'bob' } }, { actor: { type: 'user', id: 'bob' } })
   * ```
   */
  transfer(id: string, input: TransferInput, options?: TrialOptions): Promise<Key>
}

/** Makes the methods. */
export function handoverVerbs(parts: HandoverParts): HandoverVerbs {
  return {
    revokeAll: async (group, input = {}, options = {}) => revokeAll(parts, group, input, options),
    transfer: async (id, input, options = {}) => transferKey(parts, id, input, checkTrialOptions(options)),
  }
}
