import { InvalidOptions } from '../errors/index.js'
import {
  memoryRateLimiter,
  nameRateLimits,
  type RateLimiter,
  type RateLimitPolicy,
  type RateLimitVerdict,
  readRateLimitPolicies,
} from '../limits/index.js'
import { organizationOf } from '../store/index.js'
import type { KeyRecord } from '../values/index.js'
import type { Plans } from './plans.js'

/** One use of a key: however many guards a request passes, it is the same one to all of them (RATE-5). */
export interface Use {
  /** What the limiter said of it. */
  readonly verdict: Promise<RateLimitVerdict | null>
  isCounted: boolean
}

/** Counts verifications against the limits of their keys. */
export interface RequestLimits {
  /** The limits of an organisation's keys that have none of their own: those of its plan, or the keyring's. */
  standard(organizationId: string): Promise<readonly RateLimitPolicy[]>
  /** Takes `cost` units of all limits of a key; `null` where it has none. */
  take(record: KeyRecord, cost: number): Promise<RateLimitVerdict | null>
}

/** @throws {@link InvalidOptions} */
export function requestLimits(rateLimits: unknown, rateLimiter: unknown, plans: Plans): RequestLimits {
  const defaults = rateLimits === undefined ? [] : readRateLimitPolicies(rateLimits, 'rateLimits')
  const limiter = readLimiter(rateLimiter)
  const standard = async (organizationId: string): Promise<readonly RateLimitPolicy[]> => {
    const plan = plans.limitUse ? await plans.of(organizationId) : null
    return plan?.rateLimits ?? defaults
  }
  return {
    standard,
    take: async (record, cost) => {
      const { rateLimits: own, owner } = record
      const policies = own === null ? await standard(organizationOf(owner)) : nameRateLimits(own)
      return policies.length === 0 ? null : requireVerdict(await limiter.take(record.id, policies, cost))
    },
  }
}

/** Types do not bind a host's limiter; what is neither a yes nor a no must not be taken for a yes. */
function requireVerdict(verdict: RateLimitVerdict): RateLimitVerdict {
  if (typeof verdict?.admitted === 'boolean' && Array.isArray(verdict.states)) return verdict
  throw new TypeError('The rate limiter gave no verdict')
}

function readLimiter(limiter: unknown): RateLimiter {
  if (limiter === undefined) return memoryRateLimiter()
  if (typeof (limiter as Partial<RateLimiter> | null)?.take === 'function') return limiter as RateLimiter // as was just asked
  throw new InvalidOptions('rateLimiter', 'a rate limiter such as memoryRateLimiter()')
}
