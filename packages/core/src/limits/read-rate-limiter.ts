import { InvalidOptions } from '../errors/index.js'
import { memoryRateLimiter } from './memory-rate-limiter.js'
import type { RateLimiter } from './rate-limiter.js'

/**
 * Reads the option `rateLimiter`.
 *
 * @throws {@link InvalidOptions}
 */
export function readRateLimiter(limiter: unknown): RateLimiter {
  if (limiter === undefined) return memoryRateLimiter()
  if (typeof (limiter as Partial<RateLimiter> | null)?.take === 'function') return limiter as RateLimiter // as was just asked
  throw new InvalidOptions('rateLimiter', 'a rate limiter such as memoryRateLimiter()')
}
