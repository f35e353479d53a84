export { checkTake } from './check-take.js'
export { denialOf } from './denial-of.js'
export { type MemoryRateLimiterOptions, memoryRateLimiter } from './memory-rate-limiter.js'
export type {
  RateLimitAdmission,
  RateLimitDenial,
  RateLimiter,
  RateLimitPolicy,
  RateLimitReport,
  RateLimitState,
  RateLimitVerdict,
} from './rate-limiter.js'
