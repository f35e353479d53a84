import { InvalidInput } from '../errors/index.js'
import { defaultEnd, requirePolicy } from '../policy/index.js'
import { isPast, type NewKey, type Once, organizationOf, toKey, wrapStoreErrors } from '../store/index.js'
import type { AuditContext, Key } from '../values/index.js'
import { checkPlanLimit } from './check-plan-limit.js'
import { describeGrants } from './describe-change.js'
import type { ManageParts } from './parts.js'
import { requireFuture } from './read-settings.js'

/**
 * Stores a new key with its audit record, all or nothing, if it has time left, the policy allows it, and the plan has a place for it.
 *
 * @returns `null` if its id or lookup digest is taken: nothing was stored.
 * @throws InvalidInput, PolicyViolated, PlanLimitReached, StoreUnavailable, OutcomeUnknown, RequestRepeated; TypeError where the host names no plan.
 */
export async function insertKey(
  parts: ManageParts,
  draft: NewKey,
  {
    isEndLeftOut,
    ...event
  }: {
    readonly type: 'api_key.created' | 'api_key.imported'
    readonly context: AuditContext
    readonly isEndLeftOut: boolean
  },
  once?: Once,
): Promise<Key | null> {
  const { id, owner, createdBy: actor } = draft
  const organizationId = organizationOf(owner)
  const plan = await parts.plans.of(organizationId) // asked each time: nothing is decided on yesterday's plan
  const record = await wrapStoreErrors(
    parts.store.insert({
      id,
      organizationId,
      quota: plan.maxKeys === 'unlimited' ? null : parts.plans.quotaOf(owner),
      auditKey: parts.auditKey,
      once,
      decide: ({ now, used }) => {
        const { createdAt = now } = draft
        if (!isPast(createdAt, now)) throw new InvalidInput('createdAt', 'a valid Date in the past')
        const write = isEndLeftOut ? { ...draft, expiresAt: defaultEnd(plan.policy, { createdAt, now }) } : draft
        requireFuture(write.expiresAt, now)
        requirePolicy({ after: { ...write, createdAt }, before: null }, plan.policy, now)
        checkPlanLimit(plan, used)
        const data = { name: write.name, owner: { ...owner }, ...describeGrants(write) }
        return { write, audit: [{ ...event, actor, keyId: id, data }] }
      },
    }),
  )
  if (record === null) return null
  parts.onChanged(id, [event])
  return toKey(record, record.createdAt)
}
