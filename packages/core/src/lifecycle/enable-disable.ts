import { checkNames, type NamesOf } from '../check/index.js'
import { actsForOwner, checkDelegation, requireUnlockable } from '../delegation/index.js'
import { InvalidInput, InvalidState } from '../errors/index.js'
import { checkReason, type TrialOptions } from '../input/index.js'
import { type Change, changeKey, changePrepared, checkPlanLimit, type ManageParts } from '../manage/index.js'
import { requirePolicy } from '../policy/index.js'
import { organizationOf } from '../store/index.js'
import type { Actor, Key, KeyRecord } from '../values/index.js'

/**
 * Lets a disabled key work again, with the same token. A key that is active stays as it is.
 *
 * @throws KeyLocked if somebody else than its owner disabled it, and the actor may not undo that.
 * @throws PolicyViolated for a key that breaks the policy; PlanLimitReached where the plan has fewer places now than keys.
 */
export function enableKey(parts: ManageParts, id: string, options: TrialOptions): Promise<Key> {
  return changePrepared(parts, id, options, async ({ record: seen }, actor) => {
    const { owner } = seen
    if (seen.status === 'disabled') {
      await requireUnlockable(parts, actor, options.within, seen)
      // To enable a key is to give all that it can do to whoever holds it.
      await checkDelegation(parts, actor, { after: seen, before: seen, enables: true })
    }
    const plan = await parts.plans.of(organizationOf(owner))
    return {
      quota: plan.maxKeys === 'unlimited' ? null : parts.plans.quotaOf(owner),
      decide: (record, { now, used }) => {
        if (record.status === 'active') return null
        if (record.status !== 'disabled') throw new InvalidState(record.id, record.status, 'enable')
        requirePolicy({ after: record, before: null }, plan.policy, now)
        checkPlanLimit(plan, used)
        return {
          write: { status: 'active', disabledAt: null, disabledBy: null, disabledReason: null, locked: false },
          audit: [{ type: 'api_key.enabled', data: {} }],
        }
      },
    }
  })
}

/** What `disable` is told. */
export interface DisableInput {
  /** At most 200 characters, shown to people until the key is enabled. @defaultValue null */
  readonly reason?: string | null | undefined
}

const inputNames: NamesOf<DisableInput> = { reason: true }

/**
 * Refuses a key's requests from the next one on, until it is enabled. A key that is disabled stays as it is, its reason included, but
 * that a call which does not act for its owner locks it: then it has the reason of that call.
 */
export async function disableKey(
  parts: ManageParts,
  id: string,
  input: DisableInput,
  options: TrialOptions,
): Promise<Key> {
  checkNames(input, inputNames, { Invalid: InvalidInput })
  const reason = checkReason(input.reason)
  return changeKey(parts, id, options, (record, { now }, live) => {
    const isDisabled = record.status === 'disabled'
    if (!isDisabled && record.status !== 'active') throw new InvalidState(record.id, record.status, 'disable')
    const locked = !actsForOwner(live, options.within, record)
    if (isDisabled && (record.locked || !locked)) return null
    return disabledNow(record, now, { actor: live.actor, reason, locked })
  })
}

/** A key that is disabled, and that its owner cannot enable; `null`: it is so already, for the same reason. */
export function quarantined(
  record: KeyRecord,
  now: Date,
  { actor, reason }: { readonly actor: Actor; readonly reason: string | null },
): Change | null {
  if (record.status === 'disabled' && record.locked && record.disabledReason === reason) return null
  return disabledNow(record, now, { actor, reason, locked: true })
}

function disabledNow(
  record: KeyRecord,
  now: Date,
  { actor, reason, locked }: { readonly actor: Actor; readonly reason: string | null; readonly locked: boolean },
): Change {
  return {
    write: {
      status: 'disabled',
      disabledAt: record.status === 'disabled' ? record.disabledAt : now,
      disabledBy: actor,
      disabledReason: reason,
      locked,
    },
    audit: [{ type: 'api_key.disabled', data: { locked, ...(reason === null ? {} : { reason }) } }],
  }
}
