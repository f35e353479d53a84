import type { Access } from '../access/index.js'
import { InvalidInput, InvalidState } from '../errors/index.js'
import type { Grants, JsonObject, Key, KeyRecord, KeySettings } from '../values/index.js'
import { changeKey } from './change-key.js'
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
import { type GrantsInput, requireFuture } from './create.js'
import { describeUpdate } from './describe-change.js'
import type { ManageOptions } from './manage-options.js'
import type { Settings } from './options.js'

/** The fields to change; those left out, or `undefined`, stay. */
export interface UpdateInput<A extends Access = Access> extends GrantsInput<A> {
  readonly name?: string | undefined
  readonly description?: string | null | undefined
  readonly expiresAt?: Date | null | undefined
  readonly metadata?: JsonObject | undefined
}

/**
 * Changes what a key is called and may do, with its audit records, all or nothing; it holds from the next request on.
 * `scopes` or `preset` replace all scopes, `roles` all roles, `resources` all grants on resources.
 *
 * @throws InvalidInput or ScopeUnknown, naming the field; KeyNotFound; InvalidState for a revoked key; StoreUnavailable.
 */
export async function updateKey(
  settings: Settings,
  id: string,
  input: UpdateInput,
  options: ManageOptions,
): Promise<Key> {
  const apply = readUpdate(settings.access, input)
  return changeKey(settings, id, options, (record, { now }) => {
    if (record.status !== 'active' && record.status !== 'disabled') {
      throw new InvalidState(record.id, record.status, 'update')
    }
    if (input.expiresAt !== undefined) requireFuture(checkExpiry(input.expiresAt), now)
    const write = apply(record)
    const audit = describeUpdate(record, { ...record, ...write })
    return audit.length === 0 ? null : { write, audit }
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
  const fields: Partial<KeySettings> = {
    ...(input.name === undefined ? {} : { name: checkName(input.name) }),
    ...(input.description === undefined ? {} : { description: checkDescription(input.description) }),
    ...(input.expiresAt === undefined ? {} : { expiresAt: checkExpiry(input.expiresAt) }),
    ...(input.metadata === undefined ? {} : { metadata: checkMetadata(input.metadata) }),
    ...(replacesScopes ? { preset: preset?.name ?? null } : {}),
  }
  const hasGrants = Object.keys(grants).length > 0
  return (record) => (hasGrants ? { ...fields, grants: { ...record.grants, ...grants } } : fields)
}
