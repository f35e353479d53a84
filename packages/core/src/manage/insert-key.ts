import { InvalidInput } from '../errors/index.js'
import { isPast, type NewKey, type Once, organizationOf, toKey, wrapStoreErrors } from '../store/index.js'
import type { AuditContext, Key } from '../values/index.js'
import { checkPlanLimit } from './check-plan-limit.js'
import { describeGrants } from './describe-change.js'
import type { ManageParts } from './parts.js'
import { requireFuture } from './read-settings.js'

/**
 * Stores a new key with its audit record, all or nothing, if it has time left and the plan has a place for it.
 *
 * @returns `null` if its id or lookup digest is taken: nothing was stored.
 * @throws InvalidInput, PlanLimitReached, StoreUnavailable, OutcomeUnknown, RequestRepeated; TypeError where the host names no plan.
 */
export async function insertKey(
  parts: ManageParts,
  write: NewKey,
  event: { readonly type: 'api_key.created' | 'api_key.imported'; readonly context: AuditContext },
  once?: Once,
): Promise<Key | null> {
  const { id, owner, createdBy: actor } = write
  const organizationId = organizationOf(owner)
  const plan = await parts.plans.of(organizationId) // asked each time: nothing is decided on yesterday's plan
  const data = { name: write.name, owner: { ...owner }, ...describeGrants(write) }
  const record = await wrapStoreErrors(
    parts.store.insert({
      id,
      organizationId,
      quota: plan.maxKeys === 'unlimited' ? null : parts.plans.quotaOf(owner),
      auditKey: parts.auditKey,
      once,
      decide: ({ now, used }) => {
        requireFuture(write.expiresAt, now)
        if (write.createdAt !== undefined && !isPast(write.createdAt, now)) {
          throw new InvalidInput('createdAt', 'a valid Date in the past')
        }
        checkPlanLimit(plan, used)
        return { write, audit: [{ ...event, actor, keyId: id, data }] }
      },
    }),
  )
  if (record === null) return null
  parts.onChanged(id, [event])
  return toKey(record, record.createdAt)
}
