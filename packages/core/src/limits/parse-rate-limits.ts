import { InvalidInput, InvalidOptions } from '../errors/index.js'
import type { RateLimit, StandardRateLimit } from '../values/index.js'
import type { RateLimitPolicy } from './rate-limiter.js'

/** The most limits on one key. Each one needs a count, and space in the header. */
export const maxRateLimits = 8
/** The longest window: 366 days, so that each year fits. A timer does not wait for so long, so no limiter ends windows by one. */
export const maxWindowMs = 366 * 24 * 60 * 60 * 1000
/** The largest integer in a structured field (RFC 9651 §3.3.1). */
export const maxLimit = 999_999_999_999_999

/** Headers tell windows in seconds: each is a whole number of them. */
export const windowStepMs = 1_000

/** What {@link isRateLimit} accepts, as the end of the sentence "… must be". */
export const expectedRateLimit = `{ limit, windowMs } with a limit from 1 to ${maxLimit} and a window of whole seconds from ${windowStepMs} to ${maxWindowMs} ms`

/** The class of the error to throw. */
export type LimitFault = typeof InvalidInput | typeof InvalidOptions

/**
 * Parses and copies the limits of one key. `null` and `undefined` give `null`, for the defaults. No two limits may have the same
 * window, because only the lower one would have an effect.
 *
 * @throws an error of the class `Fault` when the list or a limit is malformed.
 */
export function parseRateLimits(
  value: unknown,
  field: string,
  Fault: LimitFault = InvalidInput,
): readonly RateLimit[] | null {
  if (value === undefined || value === null) return null
  // An empty list is refused: it could mean "no limits" or "nothing allowed".
  if (!Array.isArray(value) || value.length < 1 || value.length > maxRateLimits) {
    throw new Fault(field, `a list of 1 to ${maxRateLimits} limits, or null`)
  }
  const limits = value.map((one: unknown, index) => parseRateLimit(one, `${field}[${index}]`, Fault))
  if (new Set(limits.map(({ windowMs }) => windowMs)).size < limits.length) {
    throw new Fault(field, 'a list of limits with different values of windowMs')
  }
  return limits
}

/**
 * Parses named limits, such as `{ default: { limit: 600, windowMs: 60_000 } }`, into policies.
 *
 * @throws an error of the class `Fault` when a name or a limit is malformed, or there are not 1 to 8 limits.
 */
export function parseRateLimitPolicies(
  value: unknown,
  field: string,
  Fault: LimitFault = InvalidOptions,
): readonly RateLimitPolicy[] {
  return namedLimits(value, field, Fault).map(([name, one]) => ({
    name,
    ...parseRateLimit(one, `${field}.${name}`, Fault),
  }))
}

/** The entries of an object of limits by name. */
export function namedLimits(value: unknown, field: string, Fault: LimitFault): readonly (readonly [string, unknown])[] {
  const named = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
  if (named.length < 1 || named.length > maxRateLimits || !named.every(([name]) => isPolicyName(name))) {
    throw new Fault(field, `an object with 1 to ${maxRateLimits} limits, named with 1 to 64 printable ASCII characters`)
  }
  return named
}

/** Turns limits without names into policies. Each is named after its window, such as `60s`. */
export function nameRateLimits(limits: readonly RateLimit[]): readonly RateLimitPolicy[] {
  return limits.map(({ limit, windowMs }) => ({ name: `${windowMs / 1000}s`, limit, windowMs }))
}

/** Tests whether `value` has a legal limit and a legal window. */
export function isRateLimit(value: unknown): value is RateLimit {
  const { limit, windowMs } = (value ?? {}) as Partial<Record<string, unknown>> // both are checked here
  return (
    isWholeNumber(limit) &&
    limit >= 1 &&
    limit <= maxLimit &&
    isWholeNumber(windowMs) &&
    windowMs >= windowStepMs &&
    windowMs <= maxWindowMs &&
    windowMs % windowStepMs === 0
  )
}

/** Tests whether `name` is 1 to 64 printable ASCII characters, which a header can hold. */
export function isPolicyName(name: unknown): name is string {
  return typeof name === 'string' && /^[\x20-\x7e]{1,64}$/.test(name)
}

function parseRateLimit(value: unknown, field: string, Fault: LimitFault): RateLimit {
  if (!isRateLimit(value)) throw new Fault(field, expectedRateLimit)
  const { per }: StandardRateLimit = value
  // Read over, a limit for many would become one for each of them.
  if (per !== undefined && per !== 'key') {
    throw new Fault(`${field}.per`, 'left out: only limits of a keyring or of a plan can be shared by several keys')
  }
  return { limit: value.limit, windowMs: value.windowMs }
}

function isWholeNumber(value: unknown): value is number {
  return Number.isSafeInteger(value)
}
