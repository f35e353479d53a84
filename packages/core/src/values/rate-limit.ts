/** At most `limit` units in each window of `windowMs` (whole seconds). */
export interface RateLimit {
  readonly limit: number
  readonly windowMs: number
}
