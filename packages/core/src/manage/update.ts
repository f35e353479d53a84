import { checkNames } from '../check/index.js'
import { checkDelegation } from '../delegation/index.js'
import { InvalidInput, InvalidState } from '../errors/index.js'
import type { ChangeOptions } from '../input/index.js'
import { requirePolicy } from '../policy/index.js'
import { countsTowardsLimit, organizationOf } from '../store/index.js'
import { isRecord, type Key } from '../values/index.js'
import { changePrepared } from './change-key.js'
import { checkPlanLimit } from './check-plan-limit.js'
import { describeUpdate } from './describe-change.js'
import { inputNames, type UpdateInput } from './key-input.js'
import type { ManageParts } from './parts.js'
import { readSettings, requireFuture } from './read-settings.js'

/** See `Keyring.update`. */
export async function updateKey(
  parts: ManageParts,
  id: string,
  input: UpdateInput,
  options: ChangeOptions,
): Promise<Key> {
  if (!isRecord(input)) throw new InvalidInput('input', 'an object of fields to change')
  checkNames(input, inputNames.update, { Invalid: InvalidInput })
  const apply = readSettings(parts, input)
  return changePrepared(parts, id, options, async ({ record: seen }, actor) => {
    await checkDelegation(parts, actor, { after: { ...seen, ...apply(seen) }, before: seen })
    // Only another expiry can bring a key back to life, and only it and the addresses can break a policy.
    const isBound = input.ipAllowList !== undefined && parts.plans.holdPolicy
    const plan = input.expiresAt === undefined && !isBound ? null : await parts.plans.of(organizationOf(seen.owner))
    return {
      quota: plan === null || plan.maxKeys === 'unlimited' ? null : parts.plans.quotaOf(seen.owner),
      decide: (record, { now, used }) => {
        if (record.status !== 'active' && record.status !== 'disabled') {
          throw new InvalidState(record.id, record.status, 'update')
        }
        const write = apply(record)
        const isMoved = write.expiresAt?.getTime() !== record.expiresAt?.getTime()
        if (write.expiresAt !== undefined && isMoved) requireFuture(write.expiresAt, now)
        const audit = describeUpdate(record, { ...record, ...write })
        if (audit.length === 0) return null
        if (plan !== null) requirePolicy({ after: { ...record, ...write }, before: record }, plan.policy, now)
        // A key that lives again takes a place, as a new one does.
        const livesAgain = !countsTowardsLimit(record, now) && countsTowardsLimit({ ...record, ...write }, now)
        if (plan !== null && livesAgain) checkPlanLimit(plan, used)
        return { write, audit }
      },
    }
  })
}
