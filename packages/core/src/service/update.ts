import type { Access } from '../access/index.js'
import { InvalidInput, InvalidState } from '../errors/index.js'
import { readIpAllowList, readRateLimits } from '../limits/index.js'
import { countsTowardsLimit, organizationOf } from '../store/index.js'
import type { Grants, Key, KeyRecord, KeySettings } from '../values/index.js'
import { changePrepared } from './change-key.js'
import {
  checkDescription,
  checkExpiry,
  checkMetadata,
  checkName,
  checkPreset,
  checkResources,
  checkRoles,
  checkScopes,
} from './check-input.js'
import { type GrantsInput, requireFuture, type SettingsInput } from './create-input.js'
import { checkDelegation } from './delegation.js'
import { describeUpdate } from './describe-change.js'
import { checkActor, type ManageOptions } from './manage-options.js'
import type { Settings } from './options.js'
import { requirePlace } from './require-place.js'

/** The fields to change; those left out, or `undefined`, stay. */
export interface UpdateInput<A extends Access = Access> extends GrantsInput<A>, SettingsInput {
  readonly name?: string | undefined
}

/**
 * Changes what a key is called and may do, with its audit records, all or nothing; it holds from the next request on.
 * `scopes` or `preset` replace all scopes, `roles` all roles, `resources` all grants on resources.
 *
 * @throws InvalidInput or ScopeUnknown, naming the field; KeyNotFound; ScopeExceedsActor; PlanLimitReached where an expired
 * key would live again; InvalidState for a revoked key; StoreUnavailable.
 */
export async function updateKey(
  settings: Settings,
  id: string,
  input: UpdateInput,
  options: ManageOptions,
): Promise<Key> {
  const apply = readUpdate(settings.access, input)
  const actor = checkActor(options)
  return changePrepared(settings, id, options, async ({ record: seen }) => {
    await checkDelegation(settings, actor, { ...seen, ...apply(seen) }, seen)
    // Only another expiry can bring a key back to life.
    const plan = input.expiresAt === undefined ? null : await settings.plans.of(organizationOf(seen.owner))
    return {
      quota: plan === null || plan.maxKeys === 'unlimited' ? null : settings.plans.quotaOf(seen.owner),
      decide: (record, { now, used }) => {
        if (record.status !== 'active' && record.status !== 'disabled') {
          throw new InvalidState(record.id, record.status, 'update')
        }
        const write = apply(record)
        if (write.expiresAt !== undefined) requireFuture(write.expiresAt, now)
        const audit = describeUpdate(record, { ...record, ...write })
        if (audit.length === 0) return null
        // A key that lives again takes a place, as a new one does.
        const livesAgain = !countsTowardsLimit(record, now) && countsTowardsLimit({ ...record, ...write }, now)
        if (plan !== null && livesAgain) requirePlace(plan, used)
        return { write, audit }
      },
    }
  })
}

/** Checks the input before the store is asked, and gives what it makes of a record. */
function readUpdate(access: Access, input: UpdateInput): (record: KeyRecord) => Partial<KeySettings> {
  if (typeof input !== 'object' || input === null) throw new InvalidInput('input', 'an object of fields to change')
  const preset = checkPreset(access, input.preset)
  const replacesScopes = input.scopes !== undefined || preset !== null
  const scopes = [...new Set([...(preset?.scopes ?? []), ...checkScopes(access, input.scopes)])]
  const grants: Partial<Grants> = {
    ...(replacesScopes ? { scopes } : {}),
    ...(input.roles === undefined ? {} : { roles: checkRoles(access, input.roles) }),
    ...(input.resources === undefined ? {} : { resources: checkResources(access, input.resources) }),
  }
  const { name, description, expiresAt, metadata, ipAllowList, rateLimits } = input
  const fields: Partial<KeySettings> = {
    ...(name === undefined ? {} : { name: checkName(name) }),
    ...(description === undefined ? {} : { description: checkDescription(description) }),
    ...(expiresAt === undefined ? {} : { expiresAt: checkExpiry(expiresAt) }),
    ...(metadata === undefined ? {} : { metadata: checkMetadata(metadata) }),
    ...(ipAllowList === undefined ? {} : { ipAllowList: readIpAllowList(ipAllowList, 'ipAllowList') }),
    ...(rateLimits === undefined ? {} : { rateLimits: readRateLimits(rateLimits, 'rateLimits') }),
    ...(replacesScopes ? { preset: preset?.name ?? null } : {}),
  }
  const hasGrants = Object.keys(grants).length > 0
  return (record) => (hasGrants ? { ...fields, grants: { ...record.grants, ...grants } } : fields)
}
