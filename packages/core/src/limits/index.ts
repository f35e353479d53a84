export { checkTake } from './check-take.js'
export { denialOf } from './denial-of.js'
export { type Attempt, type FailedAttempts, failedAttempts, type TooManyFailures } from './failed-attempts.js'
export type {
  FailureBound,
  FailureLimiter,
  FailureVerdict,
  RefusedAttempt,
  ReservedAttempt,
} from './failure-limiter.js'
export { lruList } from './lru-list.js'
export { longestRefusal, type MemoryFailureLimiterOptions, memoryFailureLimiter } from './memory-failure-limiter.js'
export { type MemoryRateLimiterOptions, memoryRateLimiter } from './memory-rate-limiter.js'
export {
  maxLimit,
  maxRateLimits,
  maxWindowMs,
  nameRateLimits,
  parseRateLimitPolicies,
  parseRateLimits,
  windowStepMs,
} from './parse-rate-limits.js'
export type {
  RateLimitAdmission,
  RateLimitDenial,
  RateLimiter,
  RateLimitPolicy,
  RateLimitReport,
  RateLimitState,
  RateLimitVerdict,
} from './rate-limiter.js'
export { readRateLimiter } from './read-rate-limiter.js'
export { isShared, limitsOfKey, parseStandardLimits } from './standard-limits.js'
