import type { RateLimit } from '../values/index.js'

/** A limit with a name: what `RateLimit-Policy` calls it, and, with the window, what its count is kept under. */
export interface RateLimitPolicy extends RateLimit {
  /** 1 to 64 printable ASCII characters (HTTP-12). */
  readonly name: string
}

/** How much of a policy is left. */
export interface RateLimitState {
  readonly policy: RateLimitPolicy
  /** Units that may still be taken in this window; never negative, even after the limit was lowered (RATE-11). */
  readonly remaining: number
  /** Until the window ends and all units are back; `0` while nothing was taken. */
  readonly resetMs: number
}

/** The answer to {@link RateLimiter.take}. */
export type RateLimitVerdict = RateLimitAdmission | RateLimitDenial

/** The units were taken from every policy. */
export interface RateLimitAdmission extends RateLimitReport {
  readonly admitted: true
}

/** Nothing was taken from any policy (RATE-9). */
export interface RateLimitDenial extends RateLimitReport {
  readonly admitted: false
  /** The names of the policies that had too little left. */
  readonly violated: readonly string[]
  /**
   * After this time, and with no other traffic, the same call is admitted: the longest wait of all that were violated
   * (RATE-9). `null`: it never is, because the cost is higher than a limit (RATE-10).
   */
  readonly retryAfterMs: number | null
}

/** What an admission and a denial have in common. */
export interface RateLimitReport {
  /** Every policy of the call, in its order, as the call left it. */
  readonly states: readonly RateLimitState[]
  /** Whether this was decided without the state that all processes share, because it was out of reach (RATE-8). */
  readonly degraded: boolean
}

/**
 * Counts units in fixed windows. A window begins with the first unit taken in it, lasts `windowMs`, and is not prolonged by
 * what happens within it. Calls for the same subject are atomic, however many run at once (RATE-4).
 */
export interface RateLimiter {
  /**
   * Takes `cost` units from all `policies` of `subject`, or from none of them (RATE-9).
   *
   * @param subject - The id of a key: nothing that a client may choose (RATE-13).
   * @param policies - Each with a name of its own. A changed limit applies from the next call, to what was already counted;
   * a changed window begins a new count (RATE-11).
   * @param cost - `0` takes nothing, is always admitted, and tells the states (RATE-10).
   * @throws InvalidInput if `cost` is negative or not a whole number, or a policy is not a legal one.
   * @throws whatever hinders it, where it cannot decide and was told to let nobody through then (RATE-8).
   */
  take(subject: string, policies: readonly RateLimitPolicy[], cost: number): Promise<RateLimitVerdict>
}
