import { KeyError } from '@keywright/core'

/** Redis cannot be reached, and the limiter is set to `fail-closed`. The error of Redis or its client is `cause`. */
export class RateLimiterUnavailable extends KeyError {
  override readonly name = 'RateLimiterUnavailable'
  readonly code = 'rate_limiter_unavailable'

  constructor(options: ErrorOptions) {
    super('The rate limiter cannot reach Redis, and is set to refuse calls until it can.', options)
  }
}
