import { limitsOfKey } from '../limits/index.js'
import type { RateLimit, StandardRateLimit } from '../values/index.js'

/**
 * Those of `bounds` that a key with `limits` could break. Limits are compared by what they admit: 5 in a second keep within 1000
 * in a minute, since the 60 windows of a second that begin in a minute admit 300.
 */
export function brokenLimits(limits: readonly RateLimit[], bounds: readonly RateLimit[]): readonly RateLimit[] {
  const keeps = (bound: RateLimit) =>
    limits.some(({ limit, windowMs }) => limit * Math.ceil(bound.windowMs / windowMs) <= bound.limit)
  return bounds.filter((bound) => !keeps(bound))
}

/**
 * Those limits of a key with the limits `bounds` of its own that one with `limits` of its own could break; `null`: none of its own. Limits
 * that are shared hold for both, so where each has limits of its own, nobody is asked for them.
 */
export async function brokenRates(
  limits: readonly RateLimit[] | null,
  bounds: readonly RateLimit[] | null,
  standard: () => Promise<readonly StandardRateLimit[]>,
): Promise<readonly RateLimit[]> {
  if (limits === null && bounds === null) return []
  if (limits !== null && bounds !== null) return brokenLimits(limits, bounds)
  const all = await standard()
  return brokenLimits(limitsOfKey(limits, all), limitsOfKey(bounds, all))
}
