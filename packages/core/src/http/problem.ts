import { type InvalidRequestReason, usualKeyHeaders } from '../credential/index.js'
import type { ProofChallenge, ProofFault, ProofRefusal } from '../proof/index.js'
import { type HttpRefusalCode, statusTable } from './status-table.js'

/** The media type of {@link Problem} (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** The seconds in `Retry-After` of the refusal `auth_unavailable`. */
export const UNAVAILABLE_RETRY_AFTER_SECONDS = 5

/** The fields of a refusal that the client may see. Every `Refusal` of a keyring is one. */
export type PublicRefusal =
  | { readonly code: 'api_key_malformed'; readonly reason: string }
  | {
      readonly code: 'insufficient_scope'
      readonly required: readonly string[]
      readonly missing: readonly string[]
      /** The request also needs one of these scopes, and the key allows none of them. */
      readonly anyOf?: readonly string[] | undefined
    }
  | {
      readonly code: 'rate_limited'
      readonly violatedPolicies: readonly string[]
      readonly retryAfterMs: number | null
    }
  | {
      readonly code: 'budget_exhausted'
      readonly exhausted: readonly string[]
      readonly refillsAt: Date | null
      readonly retryAfterMs: number | null
    }
  | {
      readonly code: 'proof_required' | 'proof_invalid'
      readonly reason?: ProofFault | undefined
      /** What a client is told that may try again. @defaultValue that its token is not good by itself */
      readonly challenge?: ProofChallenge | undefined
    }
  | {
      readonly code: Exclude<
        HttpRefusalCode,
        ('api_key_malformed' | 'insufficient_scope' | 'rate_limited' | 'budget_exhausted') | ProofRefusal['code']
      >
    }

/** The body of a refused request (RFC 9457): `code` for programs, `detail` for developers. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: HttpRefusalCode
  /** With `insufficient_scope`: all scopes that the request needs. */
  readonly required?: readonly string[]
  /** With `insufficient_scope`: the scopes in `required` that the key does not allow. */
  readonly missing?: readonly string[]
  /** With `insufficient_scope`: the request needs one of these scopes, and the key allows none of them. */
  readonly anyOf?: readonly string[]
  /** With `rate_limited`: the names of the policies that have too few units left. */
  readonly 'violated-policies'?: readonly string[]
  /** With `budget_exhausted`: whose budgets have too few credits left, `key`, `owner` or `organization`. */
  readonly exhausted?: readonly string[]
  /** With `budget_exhausted`: when the same request is admitted, in RFC 3339; `null`: never by itself. */
  readonly 'refills-at'?: string | null
}

/**
 * Returns the body for a refused request: the reason, and what to do next. It never contains the credential.
 *
 * @param keyHeaders - The headers that may have a key, which the text names. `X-API-Key` if it is left out.
 */
export function problemFor(refusal: PublicRefusal, keyHeaders?: readonly string[]): Problem {
  const { code } = refusal
  const { status, title } = statusTable[code]
  return { type: typeOf(code), title, status, detail: detailFor(refusal, keyHeaders), code, ...membersOf(refusal) }
}

/** Returns a fixed text that tells developers how to react. It is also a legal `error_description`. */
export function detailFor(refusal: PublicRefusal, keyHeaders: readonly string[] = usualKeyHeaders): string {
  const [first = ''] = keyHeaders
  return textFor(refusal).replace(/X-API-Key(: )?/g, (_, colon?: string) =>
    colon === undefined ? keyHeaders.join(' or ') : `${first}${colon}`,
  )
}

function textFor(refusal: PublicRefusal): string {
  if (refusal.code === 'insufficient_scope' && refusal.anyOf !== undefined) return NONE_OF_SEVERAL
  if (refusal.code !== 'api_key_malformed') return details[refusal.code]
  return malformedDetails.get(refusal.reason) ?? details.api_key_malformed
}

function typeOf(code: HttpRefusalCode): string {
  // The draft of the rate-limit fields registers this type.
  if (code === 'rate_limited') return 'https://iana.org/assignments/http-problem-types#quota-exceeded'
  return `urn:keywright:problem:${code}`
}

function membersOf(refusal: PublicRefusal): Omit<Problem, 'type' | 'title' | 'status' | 'detail' | 'code'> {
  if (refusal.code === 'insufficient_scope') {
    const { required, missing, anyOf } = refusal
    return { required, missing, ...(anyOf === undefined ? {} : { anyOf }) }
  }
  if (refusal.code === 'rate_limited') return { 'violated-policies': refusal.violatedPolicies }
  if (refusal.code === 'budget_exhausted') {
    return { exhausted: refusal.exhausted, 'refills-at': refusal.refillsAt?.toISOString() ?? null }
  }
  return {}
}

const NONE_OF_SEVERAL =
  'This request needs one of several scopes, and the API key, or its owner, has none of them. Use a key that has one.'

const details: Readonly<Record<HttpRefusalCode, string>> = {
  api_key_missing: "Send the key as 'Authorization: Bearer <key>' or 'X-API-Key: <key>'.",
  api_key_malformed: "Send exactly one key, as 'Authorization: Bearer <key>' or 'X-API-Key: <key>'.",
  api_key_invalid:
    'This is not a valid API key here. Check that it was copied whole and is meant for this environment.',
  api_key_disabled: 'This API key is disabled. Enable it again, or use another key.',
  api_key_expired: 'This API key has expired. Create a new one.',
  delegate_expired: 'This token, which an API key delegated, has expired. Get a new one with the API key.',
  proof_required:
    "This API key is bound: its token alone does nothing. Send it as 'Authorization: DPoP <key>' with a new proof in the header DPoP; or, if it is bound to a certificate, over a connection with that.",
  proof_invalid:
    'The proof that came with this API key is not good. Make a new one for each request, with the private key that the API key is bound to.',
  api_key_revoked: 'This API key was revoked, which is final. Create a new one.',
  owner_inactive: 'The owner of this API key is suspended or no longer a member. Use a key of an active owner.',
  insufficient_scope:
    'This request needs scopes that the API key, or its owner, does not have. Use a key that has them.',
  api_key_not_allowed_here:
    "This API key may not be used from this address. Add the address to the key's allowed addresses.",
  api_key_sent_in_clear:
    'This API key was sent over plain HTTP, where others can read it. Revoke it, and send a new key over HTTPS.',
  rate_limited: 'Too many requests. Wait for the seconds in Retry-After, then try again.',
  budget_exhausted:
    'The budget of this API key, its owner or its organization is spent. It is refilled at the time in refills-at; if there is none, ask whoever runs this API for credits.',
  auth_unavailable:
    'The API key could not be checked, and may be valid. Wait for the seconds in Retry-After, then try again.',
}

const malformed: Readonly<Record<InvalidRequestReason, string>> = {
  malformed_authorization:
    "The Authorization header cannot be read. Send 'Authorization: Bearer <key>', with a space after Bearer. If it is a placeholder such as $API_KEY, the client did not replace it: set that variable where the client runs.",
  empty_bearer: 'Nothing follows Bearer in the Authorization header. Check that the variable with the key is set.',
  missing_scheme:
    "The Authorization header has a key but no scheme. Put Bearer before it: 'Authorization: Bearer <key>'.",
  not_b64token:
    'The text after Bearer is not a single key. Send only the key, without quotes, brackets, commas or spaces. If it is a placeholder such as $API_KEY, the client did not replace it: set that variable where the client runs.',
  repeated_authorization: 'The request has more than one Authorization header. Send exactly one.',
  malformed_x_api_key:
    "The value of X-API-Key is not a single key. Send 'X-API-Key: <key>', without Bearer, quotes or spaces. If it is a placeholder such as $API_KEY, the client did not replace it: set that variable where the client runs.",
  repeated_x_api_key: 'The request has more than one X-API-Key header. Send exactly one.',
  multiple_methods:
    'The request has a key in Authorization and another in X-API-Key. Send only one of the two headers.',
  key_in_url:
    "The URL contains an API key, and URLs end up in logs. Revoke that key, and send a new one as 'Authorization: Bearer <key>'.",
}

// A map, because the type of a reason is `string`, and `constructor` must not find an inherited property.
const malformedDetails: ReadonlyMap<string, string> = new Map(Object.entries(malformed))
