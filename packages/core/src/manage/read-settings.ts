import { parseBudget } from '../budgets/index.js'
import { InvalidInput, InvalidOptions } from '../errors/index.js'
import {
  checkDescription,
  checkExpiry,
  checkGrants,
  checkMetadata,
  checkName,
  checkTags,
  knownGrants,
} from '../input/index.js'
import { parseIpAllowList } from '../ip/index.js'
import { parseRateLimits } from '../limits/index.js'
import { isPast } from '../store/index.js'
import type { KeySettings } from '../values/index.js'
import type { UpdateInput } from './key-input.js'
import type { ManageParts } from './parts.js'

/** Makes of a key's settings what an input leaves of them. @throws ScopeUnknown, InvalidInput for names that it does not have. */
export type SettingsChange = (before: KeySettings) => Partial<KeySettings>

/**
 * Checks the form of the settings that an input names, once, and before any store is asked: for a new key, for a copy and for a
 * change. The names in its grants are checked against the key before.
 *
 * @throws InvalidInput, naming the field.
 */
export function readSettings(
  { access, keepsBudgets, bindable }: Pick<ManageParts, 'access' | 'keepsBudgets' | 'bindable'>,
  input: UpdateInput,
): SettingsChange {
  const grants = checkGrants(input)
  const { name, description, tags, expiresAt, metadata, ipAllowList, rateLimits, budget, binding } = input
  if (budget !== undefined && budget !== null && !keepsBudgets) {
    throw new InvalidOptions('store', 'a store that keeps budgets, such as kyselyStore(db): this one has none')
  }
  const fields: Partial<KeySettings> = {
    ...(name === undefined ? {} : { name: checkName(name) }),
    ...(description === undefined ? {} : { description: checkDescription(description) }),
    ...(tags === undefined ? {} : { tags: checkTags(tags) }),
    ...(expiresAt === undefined ? {} : { expiresAt: checkExpiry(expiresAt) }),
    ...(metadata === undefined ? {} : { metadata: checkMetadata(metadata) }),
    ...(ipAllowList === undefined ? {} : { ipAllowList: parseIpAllowList(ipAllowList, 'ipAllowList') }),
    ...(rateLimits === undefined ? {} : { rateLimits: parseRateLimits(rateLimits, 'rateLimits') }),
    ...(budget === undefined ? {} : { budget: parseBudget(budget, 'budget') }),
    ...(binding === undefined ? {} : { binding: bindable.parse(binding) }),
  }
  return (before) => ({ ...fields, ...knownGrants(access, grants, before) })
}

/** What a key has where its creator says nothing: no rights, no bounds. */
export const noSettings: KeySettings = {
  name: '',
  description: null,
  grants: { scopes: [], roles: [], resources: {} },
  preset: null,
  tags: [],
  metadata: {},
  expiresAt: null,
  ipAllowList: null,
  rateLimits: null,
  budget: null,
  binding: null,
}

/** Refuses an expiry that has passed by the store's clock. */
export function requireFuture(expiresAt: Date | null, now: Date): void {
  if (expiresAt !== null && isPast(expiresAt, now)) throw new InvalidInput('expiresAt', 'an instant in the future')
}
