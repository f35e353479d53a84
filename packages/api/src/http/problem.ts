import { PROBLEM_MEDIA_TYPE } from '@keywright/core/http'
import { baseHeaders } from './response.js'

/** A management request is refused. It is thrown inside, and becomes a problem response at the edge. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly status: ProblemStatus
  readonly code: ProblemCode
  readonly members: Readonly<Record<string, unknown>>
  /** What the answer has beside the headers of every problem. */
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: ProblemStatus,
    code: ProblemCode,
    detail: string,
    members: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail)
    this.headers = headers
    this.status = status
    this.code = code
    this.members = members
  }
}

/** The statuses that a problem response can have. */
export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 406 | 409 | 410 | 412 | 413 | 415 | 422 | 428 | 429 | 503

/** The codes of each status. They are API: new ones may be added, none is renamed. */
export const problemCodes = {
  400: ['invalid_input', 'scope_unknown', 'malformed_body'],
  401: ['not_authenticated'],
  403: ['not_permitted', 'scope_exceeds_actor', 'key_locked', 'cross_site', 'not_fresh'],
  404: ['key_not_found', 'webhook_not_found', 'not_found'],
  405: ['method_not_allowed'],
  406: ['not_acceptable'],
  409: [
    ...([
      'invalid_state',
      'key_rotated_meanwhile',
      'plan_limit_reached',
      'policy_violated',
      'reveal_unavailable',
    ] as const),
    ...(['secret_already_shown', 'webhook_limit_reached', 'webhook_disabled', 'webhook_busy'] as const),
  ],
  410: ['reveal_unavailable'],
  412: ['key_changed'],
  413: ['body_too_large'],
  415: ['not_json', 'encoded_body'],
  422: ['idempotency_key_reused'],
  428: ['if_match_required'],
  429: ['rate_limited'],
  503: ['unavailable', 'host_unavailable', 'store_unavailable', 'outcome_unknown', 'hasher_busy', 'reveal_unavailable'],
} as const satisfies Readonly<Record<ProblemStatus, readonly string[]>>

/** A code of {@link problemCodes}. */
export type ProblemCode = (typeof problemCodes)[ProblemStatus][number]

export const titles: Readonly<Record<ProblemStatus, string>> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not permitted',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  409: 'Conflict',
  410: 'Gone',
  412: 'Changed meanwhile',
  413: 'Body too large',
  415: 'Not JSON',
  422: 'Idempotency-Key used before',
  428: 'If-Match required',
  429: 'Too many requests',
  503: 'Unavailable',
}

/**
 * Makes the problem response (RFC 9457).
 *
 * @param requestId - Stands in the body as well: people send bodies on, and not headers.
 */
export function problemResponse(
  { status, code, message, members, headers: more }: ApiProblem,
  requestId: string,
): Response {
  const body = {
    type: `urn:keywright:problem:${code}`,
    title: titles[status],
    status,
    detail: message,
    code,
    ...members,
    request_id: requestId,
  }
  const headers = new Headers({ 'Content-Type': PROBLEM_MEDIA_TYPE, ...baseHeaders, ...more })
  if (status === 503) headers.set('Retry-After', '5')
  if (typeof members.retry_after === 'number') headers.set('Retry-After', String(members.retry_after))
  // Some details repeat names that the client sent. A token that was sent in the wrong place must not come back.
  const text = JSON.stringify(body, (name, value: unknown) =>
    // A pointer has been cleaned name by name: a mask could break its escapes.
    // So has the id of the request, which may be as long as a token.
    typeof value === 'string' && name !== 'pointer' && name !== 'request_id' ? maskTokens(value) : value,
  )
  return new Response(text, { status, headers })
}

/** Text of the client's, without what could be a token. */
export function maskTokens(text: string): string {
  return text.replace(/[\w-]{41,}/g, '…')
}

/** A change of settings that does not say which version it is of. */
export function ifMatchRequired(): ApiProblem {
  return new ApiProblem(428, 'if_match_required', 'Send the ETag of the key that you have read as If-Match.')
}

/** The same for a key that does not exist and for one that the caller may not reach. */
export function keyNotFound(): ApiProblem {
  return new ApiProblem(404, 'key_not_found', 'There is no key with this id among the keys that you may reach.')
}

/** The same for a webhook that does not exist, for one of another key, and for one of a key that the caller may not reach. */
export function webhookNotFound(): ApiProblem {
  return new ApiProblem(404, 'webhook_not_found', 'This key has no webhook with this id, or you may not reach the key.')
}
