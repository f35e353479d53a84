import type { RateLimitState } from '../limits/index.js'

/**
 * Returns the header fields `RateLimit` and `RateLimit-Policy`, with one item for each policy. Without policies, it returns no
 * fields.
 *
 * @see {@link https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ | RateLimit header fields for HTTP}
 */
export function rateLimitFields(states: readonly RateLimitState[]): Readonly<Record<string, string>> {
  if (states.length === 0) return {}
  return {
    RateLimit: states
      .map(({ policy, remaining, resetMs }) => `${sfString(policy.name)};r=${remaining};t=${wholeSeconds(resetMs)}`)
      .join(', '),
    'RateLimit-Policy': states
      .map(({ policy }) => `${sfString(policy.name)};q=${policy.limit};w=${wholeSeconds(policy.windowMs)}`)
      .join(', '),
  }
}

/** Rounds up, because a client that retries too early is refused again. */
function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1000)
}

/** Writes a string as RFC 9651 §3.3.3 requires. Policy names are printable ASCII. */
function sfString(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
