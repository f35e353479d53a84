/**
 * At most `limit` units in each window of `windowMs` milliseconds. The limit is 1 to 999999999999999; the window is whole
 * seconds, from 1000 to 31622400000 (366 days).
 */
export interface RateLimit {
  readonly limit: number
  readonly windowMs: number
}

/** Whose calls a rate limit counts together: those of one key, of all keys of one owner, or of all keys of one organization. */
export type RateLimitHolder = 'key' | 'owner' | 'organization'

/** A rate limit of a keyring or of a plan. */
export interface StandardRateLimit extends RateLimit {
  /**
   * Whose calls it counts together. A limit of an owner or an organization is shared: it holds for each of their keys, also for one with
   * limits of its own, which take the place of those of `'key'` alone. @defaultValue 'key'
   */
  readonly per?: RateLimitHolder | undefined
}
