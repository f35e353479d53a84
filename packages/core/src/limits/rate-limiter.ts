import type { StandardRateLimit } from '../values/index.js'

/**
 * A rate limit with a name. The name appears in `RateLimit-Policy`. Within a subject, name, window and `of` identify the count. `per` is
 * for those who read a state: a limiter counts nothing by it.
 */
export interface RateLimitPolicy extends StandardRateLimit {
  /** 1 to 64 printable ASCII characters. */
  readonly name: string
  /**
   * The part of the subject whose calls alone are counted, such as one key of an organization. Of other policies of the same call, the
   * units are taken in the same step. A limiter that does not know it counts all parts together, and so admits less.
   * @defaultValue the whole subject
   */
  readonly of?: string | undefined
}

/** How much of a policy is left. */
export interface RateLimitState {
  readonly policy: RateLimitPolicy
  /** The units left in this window. Never negative, even after the limit was lowered. */
  readonly remaining: number
  /** Milliseconds until the window ends and all units are back; `0` if nothing was taken. */
  readonly resetMs: number
}

/** The answer to {@link RateLimiter.take}. */
export type RateLimitVerdict = RateLimitAdmission | RateLimitDenial

/** The call is admitted: its units were taken from every policy. */
export interface RateLimitAdmission extends RateLimitReport {
  readonly admitted: true
}

/** The call is denied: nothing was taken from any policy. */
export interface RateLimitDenial extends RateLimitReport {
  readonly admitted: false
  /** The names of the policies that have too few units left. */
  readonly violated: readonly string[]
  /**
   * Milliseconds after which the same call is admitted, if there is no other traffic. `null` if it never is, because its cost is
   * higher than a limit.
   */
  readonly retryAfterMs: number | null
}

/** The fields that an admission and a denial have in common. */
export interface RateLimitReport {
  /** The state of every policy after the call, in the order of `policies`. */
  readonly states: readonly RateLimitState[]
  /** Whether the limiter decided without the counts that all processes share, because it could not reach them. */
  readonly degraded: boolean
}

/**
 * Counts units in fixed windows. A window begins when its first unit is taken, and lasts `windowMs`. Later calls do not prolong
 * it. Concurrent calls for the same subject are atomic.
 */
export interface RateLimiter {
  /**
   * Takes `cost` units from all `policies` of `subject`, or from none of them.
   *
   * @param subject - The id of a key; where keys share limits, what stands for their organization. Never pass a value that a client can
   * choose.
   * @param policies - The limits, each with a different name. A changed limit applies to the existing count from the next call
   * on. A changed window begins a new count.
   * @param cost - The units to take. `0` takes nothing, is always admitted, and returns the states.
   * @throws {@link InvalidInput} when `cost` is negative or not a whole number, or a policy is malformed.
   * @throws any other error when the limiter cannot decide, and its options say to refuse calls then.
   */
  take(subject: string, policies: readonly RateLimitPolicy[], cost: number): Promise<RateLimitVerdict>
}
