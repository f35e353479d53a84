import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidOptions } from '../errors/index.js'
import type { RateLimit, RateLimitHolder, StandardRateLimit } from '../values/index.js'
import { expectedRateLimit, isRateLimit, namedLimits } from './parse-rate-limits.js'
import type { RateLimitPolicy } from './rate-limiter.js'

const limitNames: NamesOf<StandardRateLimit> = { limit: true, windowMs: true, per: true }

/**
 * Parses the named limits of a keyring or of a plan, of which some may be shared.
 *
 * @throws {@link InvalidOptions} when a name, a limit or `per` is malformed, or there are not 1 to 8 limits.
 */
export function parseStandardLimits(value: unknown, field: string): readonly RateLimitPolicy[] {
  return namedLimits(value, field, InvalidOptions).map(([name, one]) => {
    const at = `${field}.${name}`
    if (!isRateLimit(one)) throw new InvalidOptions(at, expectedRateLimit)
    checkNames(one, limitNames, { at })
    const { limit, windowMs, per = 'key' }: StandardRateLimit = one
    if (!isHolder(per)) throw new InvalidOptions(`${at}.per`, "'key', 'owner' or 'organization'")
    if (per === 'key') return { name, limit, windowMs }
    // A key's own limits are named so, and hold beside it.
    if (/^\d+s$/.test(name)) throw new InvalidOptions(at, 'named otherwise than the limits of single keys, such as 60s')
    return { name, limit, windowMs, per }
  })
}

/** Tests whether a limit counts the calls of several keys together. */
export function isShared({ per }: StandardRateLimit): boolean {
  return per !== undefined && per !== 'key'
}

/** The limits that a key is under: its own, if it has any, in place of those that are not shared. */
export function limitsOfKey<L extends RateLimit>(
  own: readonly L[] | null,
  standard: readonly (L & StandardRateLimit)[],
): readonly L[] {
  if (own === null) return standard
  const shared = standard.filter(isShared)
  return shared.length === 0 ? own : [...own, ...shared]
}

function isHolder(value: unknown): value is RateLimitHolder {
  return value === 'key' || value === 'owner' || value === 'organization'
}
