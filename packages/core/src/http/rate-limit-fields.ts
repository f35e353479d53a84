import type { RateLimitState } from '../limits/index.js'

/**
 * Makes the fields that tell a client how much it may still do, one item for each policy (HTTP-12, RATE-9). None where there
 * are no policies.
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

/** Rounds up: a client that comes a moment too early is refused again. */
function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1000)
}

/** RFC 9651 §3.3.3; policy names are printable ASCII already. */
function sfString(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
