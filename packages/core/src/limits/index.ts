export { checkTake } from './check-take.js'
export { type IdleOrder, idleOrder } from './idle-order.js'
export { allowsIp, isIpSubset, readIpAllowList } from './ip-allow-list.js'
export { containsRange, formatIpRange, type IpRange, parseIp, parseIpRange } from './ip-range.js'
export { type MemoryRateLimiterOptions, memoryRateLimiter } from './memory-rate-limiter.js'
export { networkOf } from './network-of.js'
export type {
  RateLimitAdmission,
  RateLimitDenial,
  RateLimiter,
  RateLimitPolicy,
  RateLimitReport,
  RateLimitState,
  RateLimitVerdict,
} from './rate-limiter.js'
export {
  isRateLimit,
  type LimitFault,
  nameRateLimits,
  readRateLimitPolicies,
  readRateLimits,
} from './read-rate-limits.js'
