import { InvalidInput, InvalidOptions } from '../errors/index.js'
import type { RateLimit } from '../values/index.js'
import type { RateLimitPolicy } from './rate-limiter.js'

/** Limits that one key may have at once: each costs a count, and a place in the header. */
const maxRateLimits = 8
/** The longest window, 24 days: the timers that end windows count milliseconds in 31 bits, and beyond that fire at once. */
const maxWindowMs = 24 * 24 * 60 * 60 * 1000
/** The largest integer that a structured field can hold (RFC 9651 §3.3.1). */
const maxLimit = 999_999_999_999_999

/** What {@link isRateLimit} asks for, in words. */
export const expectedRateLimit = `{ limit, windowMs }: a limit from 1 to ${maxLimit}, a window of whole seconds from 1000 to ${maxWindowMs}`

/** The class of the error to throw. */
export type LimitFault = typeof InvalidInput | typeof InvalidOptions

/**
 * Reads the limits of one key, copied; `null`, also for `undefined`, stands for the defaults. Each window comes once: of two
 * limits on the same window, only the lower would ever count.
 *
 * @throws `Fault`, naming the field and what was expected.
 */
export function readRateLimits(
  value: unknown,
  field: string,
  Fault: LimitFault = InvalidInput,
): readonly RateLimit[] | null {
  if (value === undefined || value === null) return null
  // An empty list could be read as "no limits" and as "nothing allowed", so it may not be said.
  if (!Array.isArray(value) || value.length < 1 || value.length > maxRateLimits) {
    throw new Fault(field, `1 to ${maxRateLimits} limits, or null`)
  }
  const limits = value.map((one: unknown, index) => readRateLimit(one, `${field}[${index}]`, Fault))
  if (new Set(limits.map(({ windowMs }) => windowMs)).size < limits.length) {
    throw new Fault(field, 'a different windowMs for each limit')
  }
  return limits
}

/**
 * Reads limits that are given by name, such as `{ default: { limit: 600, windowMs: 60_000 } }`, as policies.
 *
 * @throws `Fault`, naming the field and what was expected.
 */
export function readRateLimitPolicies(
  value: unknown,
  field: string,
  Fault: LimitFault = InvalidOptions,
): readonly RateLimitPolicy[] {
  const named = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
  if (named.length < 1 || named.length > maxRateLimits || !named.every(([name]) => isPolicyName(name))) {
    throw new Fault(field, `1 to ${maxRateLimits} limits by name, each name 1 to 64 printable ASCII characters`)
  }
  return named.map(([name, one]: [string, unknown]) => ({ name, ...readRateLimit(one, `${field}.${name}`, Fault) }))
}

/** Makes policies of limits without names: each is called after its window, such as `60s`. */
export function nameRateLimits(limits: readonly RateLimit[]): readonly RateLimitPolicy[] {
  return limits.map(({ limit, windowMs }) => ({ name: `${windowMs / 1000}s`, limit, windowMs }))
}

/** Whether `value` has a limit and a window that can be kept. */
export function isRateLimit(value: unknown): value is RateLimit {
  const { limit, windowMs } = (value ?? {}) as Partial<Record<string, unknown>> // both are checked here
  return (
    isWholeNumber(limit) &&
    limit >= 1 &&
    limit <= maxLimit &&
    isWholeNumber(windowMs) &&
    windowMs >= 1000 &&
    windowMs <= maxWindowMs &&
    windowMs % 1000 === 0
  )
}

/** Whether `name` can stand in a header as it is (HTTP-12). */
export function isPolicyName(name: unknown): name is string {
  return typeof name === 'string' && /^[\x20-\x7e]{1,64}$/.test(name)
}

function readRateLimit(value: unknown, field: string, Fault: LimitFault): RateLimit {
  if (!isRateLimit(value)) throw new Fault(field, expectedRateLimit)
  return { limit: value.limit, windowMs: value.windowMs }
}

function isWholeNumber(value: unknown): value is number {
  return Number.isSafeInteger(value)
}
