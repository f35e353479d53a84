import { type Access, grantedLevel, isAtLeast, type ResourceType } from '../access/index.js'
import { isSameBinding } from '../bindings/index.js'
import { isIpSubset } from '../ip/index.js'
import type { Grants, KeySettings, RateLimit, ResourceGrant, StandardRateLimit } from '../values/index.js'
import { isWithinBudget } from './budget-bounds.js'
import { effectiveScopesOf, includes } from './effective-scopes.js'
import { brokenRates } from './rate-bounds.js'

/** The settings of a key that give something to whoever holds it. */
export type Delegated = Pick<KeySettings, 'grants' | 'expiresAt' | 'ipAllowList' | 'rateLimits' | 'budget' | 'binding'>

/** In which dimensions a key can do more afterwards than before. */
export interface Growth {
  /** What it may do, and on which resources. */
  readonly grants: boolean
  /** From where. */
  readonly addresses: boolean
  /** Until when. */
  readonly time: boolean
  /** How often. */
  readonly rate: boolean
  /** How much its calls may cost. */
  readonly budget: boolean
  /** With which proof: also with none. */
  readonly holder: boolean
}

/** How a whole new key grows. */
export const wholeGrowth: Growth = {
  ...{ grants: true, addresses: true, time: true },
  ...{ rate: true, budget: true, holder: true },
}

/**
 * Compares a key after a change with the key before it.
 *
 * @param standard - The limits of a key without limits of its own. Asked only where limits differ.
 */
export async function growthOf(
  access: Access,
  before: Delegated,
  after: Delegated,
  standard: () => Promise<readonly StandardRateLimit[]>,
): Promise<Growth> {
  return {
    grants: grantsGrow(access, before.grants, after.grants),
    addresses: !isIpSubset(after.ipAllowList, before.ipAllowList),
    time: isLater(after.expiresAt, before.expiresAt),
    rate: await rateGrows(before.rateLimits, after.rateLimits, standard),
    budget: !isWithinBudget(after.budget, before.budget),
    holder: before.binding !== null && !isSameBinding(after.binding, before.binding),
  }
}

/** Whether a key that expires at `a` outlives one that expires at `b`; `null`: never. */
export function isLater(a: Date | null, b: Date | null): boolean {
  // An instant that cannot be read ended the key: any other is later.
  return b !== null && (a === null || !(a.getTime() <= b.getTime()))
}

function grantsGrow(access: Access, before: Grants, after: Grants): boolean {
  const held = effectiveScopesOf(access, before.scopes)
  if (!includes(access, held, after.scopes)) return true
  if (!after.roles.every((role) => before.roles.includes(role))) return true
  return Object.entries(after.resources).some(([name, grant]) => {
    const type = access.resources.get(name)
    const had = Object.hasOwn(before.resources, name) ? before.resources[name] : undefined
    return type !== undefined && resourceGrows(type, had, grant)
  })
}

function resourceGrows(type: ResourceType, had: ResourceGrant | undefined, grant: ResourceGrant): boolean {
  if (grant.mode === 'all') return !(had?.mode === 'all' && isAtLeast(type, had.level, grant.level))
  return Object.entries(grant.levels).some(([id, level]) => !isAtLeast(type, grantedLevel(type, had, id), level))
}

async function rateGrows(
  before: readonly RateLimit[] | null,
  after: readonly RateLimit[] | null,
  standard: () => Promise<readonly StandardRateLimit[]>,
): Promise<boolean> {
  if (JSON.stringify(before) === JSON.stringify(after)) return false
  return (await brokenRates(after, before, standard)).length > 0
}
