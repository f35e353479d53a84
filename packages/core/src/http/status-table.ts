import type { RefusalCode } from '../verdict/index.js'

/** The codes of a refused HTTP request. */
export type HttpRefusalCode = RefusalCode | 'api_key_sent_in_clear'

/** The `error` of a challenge (RFC 6750 §3.1). */
export type ChallengeError = 'invalid_request' | 'invalid_token' | 'insufficient_scope'

/** The HTTP form of a refusal. */
export interface StatusRow {
  readonly status: 400 | 401 | 403 | 429 | 503
  readonly title: string
  /**
   * The `error` of the challenge. `bare`: a challenge without an error, because the request has no key. `null`: no challenge,
   * because another key would not help.
   */
  readonly challenge: ChallengeError | 'bare' | null
}

/** The HTTP form of each refusal. No other place maps codes to statuses. */
export const statusTable: Readonly<Record<HttpRefusalCode, StatusRow>> = {
  api_key_missing: { status: 401, title: 'API key missing', challenge: 'bare' },
  api_key_malformed: { status: 400, title: 'API key malformed', challenge: 'invalid_request' },
  api_key_invalid: { status: 401, title: 'API key invalid', challenge: 'invalid_token' },
  api_key_disabled: { status: 401, title: 'API key disabled', challenge: 'invalid_token' },
  api_key_expired: { status: 401, title: 'API key expired', challenge: 'invalid_token' },
  delegate_expired: { status: 401, title: 'Delegated token expired', challenge: 'invalid_token' },
  api_key_revoked: { status: 401, title: 'API key revoked', challenge: 'invalid_token' },
  owner_inactive: { status: 401, title: 'Owner of the API key inactive', challenge: 'invalid_token' },
  proof_required: { status: 401, title: 'Proof required', challenge: 'invalid_token' },
  proof_invalid: { status: 401, title: 'Proof invalid', challenge: 'invalid_token' },
  insufficient_scope: { status: 403, title: 'Insufficient scope', challenge: 'insufficient_scope' },
  api_key_not_allowed_here: { status: 403, title: 'API key not allowed here', challenge: null },
  // A separate code, because the client must act: change the URL to HTTPS, and replace the key, which is no longer secret.
  api_key_sent_in_clear: { status: 403, title: 'API key sent in clear', challenge: null },
  rate_limited: { status: 429, title: 'Rate limit exceeded', challenge: null },
  budget_exhausted: { status: 429, title: 'Budget exhausted', challenge: null },
  auth_unavailable: { status: 503, title: 'Authentication unavailable', challenge: null },
}
