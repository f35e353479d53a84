import { checkNames, type NamesOf } from '../check/index.js'
import { checkDelegation } from '../delegation/index.js'
import { InvalidInput, InvalidOptions, InvalidState } from '../errors/index.js'
import { checkOwner, checkSomebody, isOwnerWithin, type TrialOptions } from '../input/index.js'
import { changePrepared, checkPlanLimit } from '../manage/index.js'
import { countsTowardsLimit, isSameActor, isSameOwner, organizationOf } from '../store/index.js'
import type { Actor, JsonObject, Key, Owner } from '../values/index.js'
import { resolveAuthority } from '../verify/index.js'
import type { HandoverParts } from './parts.js'

/** To whom a key goes. One of the two must be there. */
export interface TransferInput {
  /** The person that the key acts as from now on: it does no more than they may, from the next request on. @defaultValue the owner stays */
  readonly owner?: Owner | undefined
  /** The person who answers for the key from now on, in place of whoever created it. @defaultValue the creator stays */
  readonly createdBy?: Extract<Actor, { type: 'user' }> | undefined
}

const inputNames: NamesOf<TransferInput> = { owner: true, createdBy: true }

/** See `Keyring.transfer`. */
export async function transferKey(
  parts: HandoverParts,
  id: string,
  input: TransferInput,
  options: TrialOptions,
): Promise<Key> {
  const to = readInput(input)
  if (parts.transfers !== true) {
    const message =
      'Option store must be one that can transfer keys, such as kyselyStore(db): this one has no transfers.'
    throw new InvalidOptions('store', 'a key store with transfers', message)
  }
  return changePrepared(parts, id, options, async ({ record: seen }, actor) => {
    const organizationId = organizationOf(seen.owner)
    // A key of a person acts as that person, who knows its token: with another owner, they would act as somebody else.
    if (seen.owner.type !== 'organization') {
      throw new InvalidInput('id', 'a key of the organization: revoke the key of a person, and create another')
    }
    const owner = to.owner ?? seen.owner
    if (organizationOf(owner) !== organizationId || !isOwnerWithin(owner, options.within)) {
      throw new InvalidInput('owner', 'an owner of the same organization, within the bounds of this call')
    }
    if (to.owner !== null) await requireLive(parts, owner, 'owner')
    if (to.createdBy !== null) {
      await requireLive(parts, { type: 'user', id: to.createdBy.id, organizationId }, 'createdBy')
    }
    const isMoved = !isSameOwner(owner, seen.owner)
    // To give a key is to give all that it can do: the actor must have it, as for a new key of that owner.
    if (isMoved) await checkDelegation(parts, actor, { after: { ...seen, owner }, before: null })
    const quota = parts.plans.quotaOf(owner)
    const plan = isMoved && 'owner' in quota ? await parts.plans.of(organizationId) : null
    return {
      quota: plan === null || plan.maxKeys === 'unlimited' ? null : quota,
      decide: (record, { now, used }) => {
        if (record.status !== 'active' && record.status !== 'disabled') {
          throw new InvalidState(record.id, record.status, 'transfer')
        }
        const createdBy = to.createdBy ?? record.createdBy
        const isSame = isSameActor(createdBy, record.createdBy)
        if (!isMoved && isSame) return null
        if (plan !== null && countsTowardsLimit(record, now)) checkPlanLimit(plan, used)
        const data = { before: told(record.owner, record.createdBy), after: told(owner, createdBy) }
        return { write: { owner, createdBy }, audit: [{ type: 'api_key.transferred', data }] }
      },
    }
  })
}

function readInput(input: TransferInput): { readonly owner: Owner | null; readonly createdBy: Actor | null } {
  checkNames(input, inputNames, { Invalid: InvalidInput, defined: ['owner', 'createdBy'] })
  const owner = input.owner === undefined ? null : checkOwner(input.owner)
  const createdBy = input.createdBy === undefined ? null : checkSomebody(input.createdBy, 'createdBy')
  if (createdBy !== null && createdBy.type !== 'user') throw new InvalidInput('createdBy.type', "'user'")
  if (owner === null && createdBy === null) throw new InvalidInput('owner', 'there, or createdBy')
  return { owner, createdBy }
}

/** Refuses somebody who may do nothing in the organization: their key would be dead, and nobody there would answer for it. */
async function requireLive({ access, resolveOwner }: HandoverParts, owner: Owner, field: string): Promise<void> {
  if ((await resolveAuthority(access, resolveOwner, owner)) !== null) return
  throw new InvalidInput(field, 'somebody who may act in the organization')
}

function told(owner: Owner, createdBy: Actor): JsonObject {
  return { owner: { ...owner }, createdBy: { type: createdBy.type, id: createdBy.id } }
}
