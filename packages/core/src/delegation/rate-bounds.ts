import type { RateLimit } from '../values/index.js'

/**
 * Those of `bounds` that a key with `limits` could break. Limits are compared by what they admit: 5 in a second keep within 1000
 * in a minute, since the 60 windows of a second that begin in a minute admit 300.
 */
export function brokenLimits(limits: readonly RateLimit[], bounds: readonly RateLimit[]): readonly RateLimit[] {
  const keeps = (bound: RateLimit) =>
    limits.some(({ limit, windowMs }) => limit * Math.ceil(bound.windowMs / windowMs) <= bound.limit)
  return bounds.filter((bound) => !keeps(bound))
}
