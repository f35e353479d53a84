import { checkNames, wholeNumber } from '../check/index.js'
import { checkTake } from './check-take.js'
import { denialOf } from './denial-of.js'
import type { RateLimiter, RateLimitPolicy, RateLimitState, RateLimitVerdict } from './rate-limiter.js'
import { readClockOf } from './read-clock-of.js'
import { type WindowCount, windowCounts } from './window-counts.js'

/** How much memory {@link memoryRateLimiter} may use, and its clock. */
export interface MemoryRateLimiterOptions {
  /**
   * The most counts to keep: one for each subject and policy, each below 1 KB. Above it, the least recently used count is
   * dropped. 100 or more. @defaultValue 200000
   */
  readonly maxCounts?: number | undefined
  /** Returns the current time. Replace it in tests. @defaultValue a clock that nobody can set */
  readonly now?: (() => Date) | undefined
}

interface Count extends WindowCount {
  units: number
}

/**
 * Creates a rate limiter that counts in the memory of this process. With several processes, each one admits the whole limit.
 * No clock that is set changes its windows, unless you give it one.
 *
 * @throws {@link InvalidOptions} when `maxCounts` is not a whole number of 100 or more, or `now` is not a function.
 *
 * @example
 * ```ts
 * const limiter = memoryRateLimiter()
 * const verdict = await limiter.take(key.id, [{ name: 'minute', limit: 600, windowMs: 60_000 }], 1)
 * if (!verdict.admitted) console.log(`Try again in ${verdict.retryAfterMs} ms.`)
 * ```
 */
export function memoryRateLimiter(options: MemoryRateLimiterOptions = {}): RateLimiter {
  checkNames(options, { maxCounts: true, now: true })
  const { maxCounts = 200_000 } = options
  const readClock = readClockOf(options.now)
  wholeNumber(maxCounts, 'maxCounts', { least: 100 })
  const counts = windowCounts<Count>(maxCounts)

  function take(subject: string, policies: readonly RateLimitPolicy[], cost: number): RateLimitVerdict {
    const now = readClock()
    // A refused call counts as use, so that a client over its limit is not forgotten.
    const found = policies.map((policy) => ({ policy, count: counts.find(countId(subject, policy), now) }))
    const before = found.map(({ policy, count }) => stateOf(policy, count, now))
    const denial = denialOf(before, cost)
    if (denial !== null) return denial
    if (cost === 0) return { admitted: true, states: before, degraded: false }
    const states = found.map(({ policy, count = { units: 0, endsAt: now + policy.windowMs } }) => {
      count.units += cost
      counts.keep(countId(subject, policy), count, now)
      return stateOf(policy, count, now)
    })
    return { admitted: true, states, degraded: false }
  }

  return {
    // In one step, with no wait between look and count: calls at once are counted one after the other.
    take: async (subject, policies, cost) => {
      checkTake(policies, cost)
      return take(subject, policies, cost)
    },
  }
}

/** The numbers and the name contain no line break, and a point is before the first one only where there is a part: no two counts share an id. */
function countId(subject: string, { name, windowMs, of }: RateLimitPolicy): string {
  return of === undefined ? `${windowMs}\n${name}\n${subject}` : `${of.length}.${windowMs}\n${name}\n${of}${subject}`
}

function stateOf(policy: RateLimitPolicy, count: Count | undefined, now: number): RateLimitState {
  if (count === undefined) return { policy, remaining: policy.limit, resetMs: 0 }
  return {
    policy,
    remaining: Math.max(policy.limit - count.units, 0),
    // At the very beginning of a window, rounding could tell a millisecond more than it lasts.
    resetMs: Math.min(Math.ceil(count.endsAt - now), policy.windowMs),
  }
}
