import type { RateLimit } from '../values/index.js'

/** How many failed attempts one network may make in a window. */
export interface FailureBound extends RateLimit {
  /** An address, or a range such as `2001:db8:0:1::/64`. */
  readonly network: string
}

/** The answer to {@link FailureLimiter.reserve}. */
export type FailureVerdict = ReservedAttempt | RefusedAttempt

/** A unit of every bound is reserved for one attempt. */
export interface ReservedAttempt {
  readonly reserved: true
  /**
   * Ends the reservation: a failed attempt keeps its units until the window is over, any other gives them back at once. To be
   * called once, and never throws. An attempt that never ends keeps its units as well.
   */
  settle(failed: boolean): void
}

/** Nothing was reserved: a bound has no unit left. */
export interface RefusedAttempt {
  readonly reserved: false
  /** The bound that has none left; of several, the one that lasts longest. */
  readonly bound: FailureBound
  /** Until the window of `bound` ends, in milliseconds. */
  readonly resetMs: number
  /**
   * Whether failures have used up `bound`. `false`: attempts that are still under way hold some of its units, and may give
   * them back.
   */
  readonly isSpent: boolean
}

/**
 * Counts failed attempts, each reserved before its outcome is known. At most `limit` attempts hold a unit of a bound at a time,
 * failed or under way, however many come at once and in however many processes. A window begins with the first unit that is
 * reserved in it, and lasts `windowMs`. What was reserved in a window that is over changes nothing in the next.
 */
export interface FailureLimiter {
  /**
   * Reserves one unit of every bound, or of none, in one step.
   *
   * @param bounds - One or more, from the narrowest network to the widest, which holds all others.
   * @throws whatever hinders it, where it cannot decide: requests are refused as unavailable then.
   */
  reserve(bounds: readonly FailureBound[]): FailureVerdict | Promise<FailureVerdict>
}
