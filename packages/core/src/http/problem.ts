import { type HttpRefusalCode, outcomes } from './outcome.js'
import type { InvalidRequestReason } from './read-credential.js'

/** The media type of {@link Problem} (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** The seconds to name in `Retry-After` where the answer is `auth_unavailable` (HTTP-9). */
export const UNAVAILABLE_RETRY_AFTER_SECONDS = 5

/** As much of a refusal as a client is told. A keyring's `Refusal` is one. */
export type RefusalToTell =
  | { readonly code: 'api_key_malformed'; readonly reason: string }
  | {
      readonly code: 'insufficient_scope'
      readonly required: readonly string[]
      readonly missing: readonly string[]
      /** One of these is needed too, and none is there. */
      readonly anyOf?: readonly string[] | undefined
    }
  | {
      readonly code: 'rate_limited'
      readonly violatedPolicies: readonly string[]
      readonly retryAfterMs: number | null
    }
  | { readonly code: Exclude<HttpRefusalCode, 'api_key_malformed' | 'insufficient_scope' | 'rate_limited'> }

/** The body of a refused request (RFC 9457): `code` for programs, `detail` for developers. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: HttpRefusalCode
  /** With `insufficient_scope`: what the request needs. */
  readonly required?: readonly string[]
  /** With `insufficient_scope`: what of it is not granted. */
  readonly missing?: readonly string[]
  /** With `insufficient_scope`: scopes of which one would do, and none is granted. */
  readonly anyOf?: readonly string[]
  /** With `rate_limited`: the policies that are used up, by name. */
  readonly 'violated-policies'?: readonly string[]
}

/** Makes the body that tells a client why it was refused and what to do next. Never echoes what was presented (HTTP-8). */
export function problemFor(refusal: RefusalToTell): Problem {
  const { code } = refusal
  const { status, title } = outcomes[code]
  return { type: typeOf(code), title, status, detail: detailFor(refusal), code, ...membersOf(refusal) }
}

/** The fixed sentence that tells a developer what to do about `refusal`. Fit for an `error_description` as it is. */
export function detailFor(refusal: RefusalToTell): string {
  if (refusal.code === 'insufficient_scope' && refusal.anyOf !== undefined) return NONE_OF_SEVERAL
  if (refusal.code !== 'api_key_malformed') return details[refusal.code]
  return malformedDetails.get(refusal.reason) ?? details.api_key_malformed
}

function typeOf(code: HttpRefusalCode): string {
  // Registered by the draft of the rate-limit fields (HTTP-12).
  if (code === 'rate_limited') return 'https://iana.org/assignments/http-problem-types#quota-exceeded'
  return `urn:keywright:problem:${code}`
}

function membersOf(refusal: RefusalToTell): Pick<Problem, 'required' | 'missing' | 'anyOf' | 'violated-policies'> {
  if (refusal.code === 'insufficient_scope') {
    const { required, missing, anyOf } = refusal
    return { required, missing, ...(anyOf === undefined ? {} : { anyOf }) }
  }
  if (refusal.code === 'rate_limited') return { 'violated-policies': refusal.violatedPolicies }
  return {}
}

const NONE_OF_SEVERAL =
  'This request needs one of several scopes, and the API key, or its owner, has none of them. Use a key that has one.'

const details: Readonly<Record<HttpRefusalCode, string>> = {
  api_key_missing: "Send the key as 'Authorization: Bearer <key>' or 'X-API-Key: <key>'.",
  api_key_malformed: "Send exactly one key, as 'Authorization: Bearer <key>' or 'X-API-Key: <key>'.",
  api_key_invalid:
    'This is not a valid API key here. Check that it was copied whole and is meant for this environment.',
  api_key_disabled: 'This API key is disabled. Have it enabled again, or use another key.',
  api_key_expired: 'This API key has expired. Create a new one.',
  api_key_revoked: 'This API key was revoked, which is final. Create a new one.',
  owner_inactive: 'The owner of this API key is suspended or no longer a member. Use a key of an active owner.',
  insufficient_scope:
    'This request needs scopes that the API key, or its owner, does not have. Use a key that has them.',
  api_key_not_allowed_here:
    "This API key may not be used from this address. Add the address to the key's allowed addresses.",
  api_key_sent_in_clear:
    'This API key came over plain HTTP, where others can read it. Revoke it, and send its successor over HTTPS.',
  rate_limited: 'Too many requests. Wait for as many seconds as Retry-After says, then try again.',
  auth_unavailable:
    'The API key could not be checked, so keep it. Wait for as many seconds as Retry-After says, then try again.',
}

const malformed: Readonly<Record<InvalidRequestReason, string>> = {
  malformed_authorization:
    "The Authorization header cannot be read. Send 'Authorization: Bearer <key>', with a space after Bearer.",
  empty_bearer: 'Nothing follows Bearer in the Authorization header. Check that the variable with the key is set.',
  missing_scheme:
    "The Authorization header has a key but no scheme. Put Bearer before it: 'Authorization: Bearer <key>'.",
  not_b64token: 'What follows Bearer is not one key. Send the key alone, without quotes, brackets, commas or spaces.',
  repeated_authorization: 'The request has more than one Authorization header. Send exactly one.',
  malformed_x_api_key:
    "What X-API-Key holds is not one key. Send 'X-API-Key: <key>', without Bearer, quotes or spaces.",
  repeated_x_api_key: 'The request has more than one X-API-Key header. Send exactly one.',
  multiple_methods:
    'The request has a key in Authorization and another in X-API-Key. Send only one of the two headers.',
  key_in_url:
    "The URL holds an API key, and URLs end up in logs. Revoke that key, and send its successor as 'Authorization: Bearer <key>'.",
}

// A map, because a reason is any text to the type system and `constructor` must find nothing.
const malformedDetails: ReadonlyMap<string, string> = new Map(Object.entries(malformed))
