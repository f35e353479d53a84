export { type IdleOrder, idleOrder } from './idle-order.js'
export { allowsIp, isIpSubset, readIpAllowList } from './ip-allow-list.js'
export { containsRange, formatIpRange, type IpRange, parseIp, parseIpRange } from './ip-range.js'
export * from './limiter-index.js'
export { networkOf } from './network-of.js'
export {
  isRateLimit,
  type LimitFault,
  nameRateLimits,
  readRateLimitPolicies,
  readRateLimits,
} from './read-rate-limits.js'
