import { wholeNumber } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { expectedRateLimit, isPolicyName, isRateLimit } from './parse-rate-limits.js'
import type { RateLimitPolicy } from './rate-limiter.js'

/**
 * Checks the arguments of `take`. Every rate limiter calls it before it counts anything.
 *
 * @throws {@link InvalidInput} when `cost` is not a whole number of 0 or more.
 * @throws {@link InvalidInput} when the name, limit, window or `of` of a policy is illegal, or two policies have the same name.
 */
export function checkTake(policies: readonly RateLimitPolicy[], cost: number): void {
  wholeNumber(cost, 'cost', { least: 0, Invalid: InvalidInput })
  for (const [index, policy] of policies.entries()) {
    const isRepeated = policies.findIndex(({ name }) => name === policy.name) !== index
    if (!isPolicyName(policy.name) || isRepeated) {
      const expected = 'a name of 1 to 64 printable ASCII characters, different for each policy'
      throw new InvalidInput(`policies[${index}].name`, expected)
    }
    if (policy.of !== undefined && (typeof policy.of !== 'string' || policy.of === '')) {
      throw new InvalidInput(`policies[${index}].of`, 'a string that is not empty, or left out')
    }
    if (!isRateLimit(policy)) throw new InvalidInput(`policies[${index}]`, expectedRateLimit)
  }
}
