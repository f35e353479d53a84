/**
 * At most `limit` units in each window of `windowMs` milliseconds. The limit is 1 to 999999999999999; the window is whole
 * seconds, from 1000 to 2073600000 (24 days).
 */
export interface RateLimit {
  readonly limit: number
  readonly windowMs: number
}
