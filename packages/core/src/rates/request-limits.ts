import {
  isShared,
  limitsOfKey,
  nameRateLimits,
  parseStandardLimits,
  type RateLimitPolicy,
  type RateLimitVerdict,
  readRateLimiter,
} from '../limits/index.js'
import type { Plans } from '../plans/index.js'
import { organizationOf } from '../store/index.js'
import type { KeyRecord } from '../values/index.js'
import { partsOf, subjectOf, withoutParts } from './shared-counts.js'

/** One use of a key: however many guards a request passes, it is the same one to all of them. */
export interface RequestUse {
  readonly keyId: string
  /** What the limiter said of it; `null` where the key has no limit. */
  readonly verdict: Promise<RateLimitVerdict | null> | null
  isCounted: boolean
  /** Another key that came with the same request. */
  readonly other: RequestUse | null
}

/** Counts verifications against the limits of their keys. */
export interface RequestLimits {
  /** The limits of an organisation's keys that have none of their own: those of its plan, or the keyring's. Those that are shared hold for all its keys. */
  standard(organizationId: string): Promise<readonly RateLimitPolicy[]>
  /** Takes `cost` units of all limits of a key; `null` where it has none. */
  take(record: KeyRecord, cost: number): Promise<RateLimitVerdict | null> | null
}

/** @throws {@link InvalidOptions} */
export function requestLimits(rateLimits: unknown, rateLimiter: unknown, plans: Plans): RequestLimits {
  const defaults = rateLimits === undefined ? [] : parseStandardLimits(rateLimits, 'rateLimits')
  const limiter = readRateLimiter(rateLimiter)
  // Of the keyring and not of a plan: counts must not begin anew when an organization changes its plan.
  const isSharing = plans.shareLimits || defaults.some(isShared)
  const standard = async (organizationId: string): Promise<readonly RateLimitPolicy[]> => {
    const plan = plans.limitUse ? await plans.of(organizationId) : null
    return plan?.rateLimits ?? defaults
  }
  const take = async (record: KeyRecord, cost: number): Promise<RateLimitVerdict | null> => {
    const { rateLimits: own, owner } = record
    // A key with limits of its own shares the others all the same: they would be no limit to whoever sets one.
    const standards = own === null || isSharing ? await standard(organizationOf(owner)) : []
    const policies = limitsOfKey(own === null ? null : nameRateLimits(own), standards)
    if (policies.length === 0) return null
    if (!isSharing) return requireVerdict(await limiter.take(record.id, policies, cost))
    const verdict = await limiter.take(subjectOf(record), partsOf(record, policies), cost)
    return withoutParts(requireVerdict(verdict), policies)
  }
  return {
    standard,
    take: (record, cost) => {
      const isFree = record.rateLimits === null && !plans.limitUse && defaults.length === 0
      return isFree ? null : take(record, cost)
    },
  }
}

/** Types do not bind a host's limiter: what is neither a yes nor a no is not taken for a yes, and no state not for no limit. */
function requireVerdict(verdict: RateLimitVerdict): RateLimitVerdict {
  if (typeof verdict?.admitted === 'boolean' && Array.isArray(verdict.states) && verdict.states.length > 0)
    return verdict
  throw new TypeError('The rate limiter gave no verdict')
}

/** The use that a verification is: its units are taken once, and the guards behind are told what the first was told. */
export function useOf(
  { uses, rateLimits }: { readonly uses: WeakMap<object, RequestUse>; readonly rateLimits: RequestLimits },
  record: KeyRecord,
  { cost, request }: { readonly cost: number; readonly request: object | null },
): RequestUse {
  const other = request === null ? null : (uses.get(request) ?? null)
  for (let before = other; before !== null; before = before.other) if (before.keyId === record.id) return before
  const use: RequestUse = { keyId: record.id, verdict: rateLimits.take(record, cost), isCounted: false, other }
  if (request === null) return use
  uses.set(request, use)
  // A fault of the limiter is no verdict: the next guard asks it again.
  use.verdict?.catch(() => {
    if (uses.get(request) === use) uses.delete(request)
  })
  return use
}
