import { InvalidInput } from '../errors/index.js'
import type { RateLimitPolicy } from './rate-limiter.js'
import { expectedRateLimit, isPolicyName, isRateLimit } from './read-rate-limits.js'

/**
 * Checks the arguments that every rate limiter is given, before anything is counted (RATE-10).
 *
 * @throws InvalidInput
 */
export function checkTake(policies: readonly RateLimitPolicy[], cost: number): void {
  if (!Number.isSafeInteger(cost) || cost < 0) throw new InvalidInput('cost', 'a whole number, 0 or more')
  for (const [index, policy] of policies.entries()) {
    const isRepeated = policies.findIndex(({ name }) => name === policy.name) !== index
    if (!isPolicyName(policy.name) || isRepeated) {
      throw new InvalidInput(`policies[${index}].name`, '1 to 64 printable ASCII characters, different for each policy')
    }
    if (!isRateLimit(policy)) throw new InvalidInput(`policies[${index}]`, expectedRateLimit)
  }
}
