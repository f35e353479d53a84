import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { InvalidOptions } from '../errors/index.js'
import { checkTake } from './check-take.js'
import { denialOf } from './denial-of.js'
import { idleOrder } from './idle-order.js'
import type { RateLimiter, RateLimitPolicy, RateLimitState, RateLimitVerdict } from './rate-limiter.js'

/** Options of {@link memoryRateLimiter}. */
export interface MemoryRateLimiterOptions {
  /**
   * Counts kept at once, one for each subject and policy, each below 1 KB. Beyond it, the one that was idle longest is
   * forgotten (RATE-13). At least 100. @defaultValue 200000
   */
  readonly maxCounts?: number | undefined
}

/**
 * Makes a rate limiter that counts in the memory of this process: each process admits the whole limit. Windows are measured
 * by the wall clock: setting it forward ends them early, setting it back prolongs none.
 *
 * @throws InvalidOptions
 */
export function memoryRateLimiter({ maxCounts = 200_000 }: MemoryRateLimiterOptions = {}): RateLimiter {
  if (!Number.isSafeInteger(maxCounts) || maxCounts < 100) {
    throw new InvalidOptions('maxCounts', 'a whole number, 100 or more')
  }
  // One limiter without a limit of its own, which only counts: a limit may differ from key to key and from call to call.
  const counts = new RateLimiterMemory({ keyPrefix: '', points: Number.MAX_SAFE_INTEGER, duration: 0 })
  const order = idleOrder()
  // The library counts at once but answers a microtask later. Calls go one after the other, lest one looks between the
  // look and the count of another. Nothing in a turn waits for anything but that microtask.
  let turn: Promise<unknown> = Promise.resolve()

  async function look(subject: string, policy: RateLimitPolicy): Promise<RateLimitState> {
    const id = countId(subject, policy)
    const count = await counts.get(id)
    // Also a call that will be refused is use.
    if (count !== null) order.touch(id)
    return stateOf(policy, count)
  }

  async function count(subject: string, policy: RateLimitPolicy, cost: number): Promise<RateLimitState> {
    const id = countId(subject, policy)
    order.touch(id)
    return stateOf(policy, await counts.consume(id, cost, { customDuration: policy.windowMs / 1000 }))
  }

  async function forgetIdle(): Promise<void> {
    while (order.size > maxCounts) {
      const idlest = order.forgetIdlest()
      if (idlest === undefined) return
      await counts.delete(idlest)
    }
  }

  async function decide(
    subject: string,
    policies: readonly RateLimitPolicy[],
    cost: number,
  ): Promise<RateLimitVerdict> {
    const found = await Promise.all(policies.map((policy) => look(subject, policy)))
    const denial = denialOf(found, cost)
    if (denial !== null) return denial
    if (cost === 0) return { admitted: true, states: found, degraded: false }
    const states = await Promise.all(policies.map((policy) => count(subject, policy, cost)))
    await forgetIdle()
    return { admitted: true, states, degraded: false }
  }

  return {
    async take(subject, policies, cost) {
      checkTake(policies, cost)
      const decided = turn.then(() => decide(subject, policies, cost))
      turn = decided.catch(() => undefined) // a failure is told to its own caller alone
      return decided
    },
  }
}

/** Neither the number nor the name holds a line break, so no two counts share an id. */
function countId(subject: string, { name, windowMs }: RateLimitPolicy): string {
  return `${windowMs}\n${name}\n${subject}`
}

function stateOf(policy: RateLimitPolicy, count: RateLimiterRes | null): RateLimitState {
  // A count whose window is over may be read before the library's timer has removed it.
  if (count === null || count.msBeforeNext <= 0) return { policy, remaining: policy.limit, resetMs: 0 }
  return {
    policy,
    remaining: Math.max(policy.limit - count.consumedPoints, 0),
    // After the wall clock was set back it would be more; the library's timer keeps to the window even then.
    resetMs: Math.min(count.msBeforeNext, policy.windowMs),
  }
}
