import { InvalidState } from '../errors/index.js'
import { organizationOf } from '../store/index.js'
import type { Key } from '../values/index.js'
import { changeKey, changePrepared } from './change-key.js'
import type { ManageOptions } from './manage-options.js'
import type { Settings } from './options.js'
import { requirePlace } from './require-place.js'

/**
 * Lets a disabled key work again, with the same token (K5, O5). A key that is active stays as it is.
 *
 * @throws PlanLimitReached where the plan has fewer places now than keys (LIM-4).
 */
export function enableKey(settings: Settings, id: string, options: ManageOptions): Promise<Key> {
  return changePrepared(settings, id, options, async ({ record: { owner } }) => {
    const plan = await settings.plans.of(organizationOf(owner))
    return {
      quota: plan.maxKeys === 'unlimited' ? null : settings.plans.quotaOf(owner),
      decide: (record, { used }) => {
        if (record.status === 'active') return null
        if (record.status !== 'disabled') throw new InvalidState(record.id, record.status, 'enable')
        requirePlace(plan, used)
        return { write: { status: 'active', disabledAt: null }, audit: [{ type: 'api_key.enabled', data: {} }] }
      },
    }
  })
}

/** Refuses a key's requests from the next one on, until it is enabled (K5). A key that is disabled stays as it is. */
export function disableKey(settings: Settings, id: string, options: ManageOptions): Promise<Key> {
  return changeKey(settings, id, options, (record, { now }) => {
    if (record.status === 'disabled') return null
    if (record.status !== 'active') throw new InvalidState(record.id, record.status, 'disable')
    return { write: { status: 'disabled', disabledAt: now }, audit: [{ type: 'api_key.disabled', data: {} }] }
  })
}
