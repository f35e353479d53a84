import type { RefusalCode } from '../service/verdict.js'

/** The codes of a refused HTTP request. */
export type HttpRefusalCode = RefusalCode | 'api_key_sent_in_clear'

/** An `error` of RFC 6750 §3.1. */
export type ChallengeError = 'invalid_request' | 'invalid_token' | 'insufficient_scope'

/** What a refusal is in HTTP. */
export interface Outcome {
  readonly status: 400 | 401 | 403 | 429 | 503
  readonly title: string
  /**
   * The `error` of the challenge; `bare`: a challenge without one, as nothing was presented (HTTP-4); `null`: no challenge,
   * for another key would not help (HTTP-9).
   */
  readonly challenge: ChallengeError | 'bare' | null
}

/** What each refusal is in HTTP (HTTP-4, HTTP-5, HTTP-9). The only place that ties a code to a status. */
export const outcomes: Readonly<Record<HttpRefusalCode, Outcome>> = {
  api_key_missing: { status: 401, title: 'API key missing', challenge: 'bare' },
  api_key_malformed: { status: 400, title: 'API key malformed', challenge: 'invalid_request' },
  api_key_invalid: { status: 401, title: 'API key invalid', challenge: 'invalid_token' },
  api_key_disabled: { status: 401, title: 'API key disabled', challenge: 'invalid_token' },
  api_key_expired: { status: 401, title: 'API key expired', challenge: 'invalid_token' },
  api_key_revoked: { status: 401, title: 'API key revoked', challenge: 'invalid_token' },
  owner_inactive: { status: 401, title: 'Owner of the API key inactive', challenge: 'invalid_token' },
  insufficient_scope: { status: 403, title: 'Insufficient scope', challenge: 'insufficient_scope' },
  api_key_not_allowed_here: { status: 403, title: 'API key not allowed here', challenge: null },
  // Of its own, for what to do is of its own: the address of the server is wrong, and the key is no longer secret (HTTP-14).
  api_key_sent_in_clear: { status: 403, title: 'API key sent in clear', challenge: null },
  rate_limited: { status: 429, title: 'Rate limit exceeded', challenge: null },
  auth_unavailable: { status: 503, title: 'Authentication unavailable', challenge: null },
}
