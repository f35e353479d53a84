import { type NewKey, type Once, organizationOf } from '../store/index.js'
import type { AuditContext, Key } from '../values/index.js'
import { requireFuture } from './create-input.js'
import { describeGrants } from './describe-change.js'
import type { Settings } from './options.js'
import { toKey } from './public-key.js'
import { reachStore } from './reach-store.js'
import { requirePlace } from './require-place.js'

/**
 * Stores a new key with its audit record, all or nothing, if it has time left and the plan has a place for it (LIM-2).
 *
 * @returns `null` if its id or lookup digest is taken: nothing was stored.
 * @throws InvalidInput, PlanLimitReached, StoreUnavailable, OutcomeUnknown, RequestRepeated; TypeError where the host names no plan.
 */
export async function insertKey(
  settings: Settings,
  write: NewKey,
  event: { readonly type: 'api_key.created' | 'api_key.imported'; readonly context: AuditContext },
  once?: Once,
): Promise<Key | null> {
  const { id, owner, createdBy: actor } = write
  const organizationId = organizationOf(owner)
  const plan = await settings.plans.of(organizationId) // asked each time: nothing is decided on yesterday's plan (LIM-5)
  const data = { name: write.name, owner: { ...owner }, ...describeGrants(write) }
  const record = await reachStore(
    settings.store.insert({
      id,
      organizationId,
      quota: plan.maxKeys === 'unlimited' ? null : settings.plans.quotaOf(owner),
      auditKey: settings.auditKey,
      once,
      decide: ({ now, used }) => {
        requireFuture(write.expiresAt, now)
        requirePlace(plan, used)
        return { write, audit: [{ ...event, actor, keyId: id, data }] }
      },
    }),
  )
  return record === null ? null : toKey(record, record.createdAt)
}
