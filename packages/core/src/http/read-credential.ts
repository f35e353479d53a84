import { DEFAULT_SECRET_LENGTH, type InvalidTokenReason, parseToken } from '../crypto/token.js'
import { findExposedKey } from './find-exposed-key.js'
import { isB64token, isHttpToken, trimOws } from './header-syntax.js'

/** The part of a request that may hold a credential. */
export interface CredentialInput {
  /** Every field line as it came, unjoined: duplicates must be seen to be refused (HTTP-3). */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** The request target, with its query. */
  readonly url: string
}

/** Which tokens are ours. */
export interface CredentialFormat {
  /** Namespaces that this process accepts, such as `tk_live`. */
  readonly namespaces: readonly string[]
  /** Our namespaces of other environments: refused, but known as ours. @defaultValue none */
  readonly foreign?: readonly string[]
  /** Characters of the secret. @defaultValue 32 */
  readonly secretLength?: number
  /** Lets a token without our namespace be a candidate: a key imported from elsewhere (TOK-15). @defaultValue false */
  readonly opaque?: boolean
}

/** Where a credential was. No other place is looked at. */
export type CredentialSource = 'bearer' | 'x-api-key'

/** Why a request is malformed, whatever its key may be worth. */
export type InvalidRequestReason =
  | 'malformed_authorization'
  | 'empty_bearer'
  | 'missing_scheme'
  | 'not_b64token'
  | 'repeated_authorization'
  | 'malformed_x_api_key'
  | 'repeated_x_api_key'
  | 'multiple_methods'
  | 'key_in_url'

/** What a request's credential is, before anything was looked up. Only a `candidate` carries a token. */
export type CredentialReading =
  | { readonly verdict: 'none' }
  | {
      readonly verdict: 'invalid_request'
      readonly reason: InvalidRequestReason
      /** With `key_in_url`: the id of the key that has leaked, where it can be told. */
      readonly exposedKeyId?: string
    }
  | {
      readonly verdict: 'invalid_token'
      readonly reason: InvalidTokenReason
      readonly source: CredentialSource
      /** Set where a bearer token has none of our namespaces: it is another's, such as a JWT of the host's own login. */
      readonly isForeign?: true
    }
  | {
      readonly verdict: 'candidate'
      readonly token: string
      /** `null` for an `opaque` token: look it up by its digest. */
      readonly id: string | null
      readonly source: CredentialSource
    }

/**
 * Reads the one credential of a request from `Authorization: Bearer` or `X-API-Key`. Strict: two credentials, even equal ones,
 * or a key in the URL make the request malformed. No I/O, linear time, and no input makes it throw (HTTP-1 to HTTP-7).
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2 | RFC 6750 §2}
 */
export function readCredential({ fields, url }: CredentialInput, format: CredentialFormat): CredentialReading {
  const { namespaces, foreign = [], secretLength = DEFAULT_SECRET_LENGTH } = format
  const ours = [...namespaces, ...foreign]
  const exposed = findExposedKey(url, { namespaces: ours, secretLength })
  if (exposed !== null) {
    return { ...malformed('key_in_url'), ...(exposed.keyId === null ? {} : { exposedKeyId: exposed.keyId }) }
  }

  const bearer = readAuthorization(valuesOf(fields, 'authorization'), ours)
  if (bearer.verdict === 'invalid_request') return bearer
  const xApiKey = readXApiKey(valuesOf(fields, 'x-api-key'))
  if (xApiKey.verdict === 'invalid_request') return xApiKey
  if (bearer.verdict === 'found' && xApiKey.verdict === 'found') return malformed('multiple_methods')

  if (bearer.verdict === 'found') return readToken(bearer.token, 'bearer', format)
  if (xApiKey.verdict === 'found') return readToken(xApiKey.token, 'x-api-key', format)
  return { verdict: 'none' }
}

type Malformed = { readonly verdict: 'invalid_request'; readonly reason: InvalidRequestReason }
type FieldReading = { readonly verdict: 'none' } | { readonly verdict: 'found'; readonly token: string } | Malformed

// Spaces are only gone through behind a comma: linear on any input.
const joinedBearer = /,[ \t]*bearer(?:[ \t]|$)/i

function readAuthorization(lines: readonly string[], namespaces: readonly string[]): FieldReading {
  const [value = '', ...others] = lines
  if (others.length > 0) return malformed('repeated_authorization')
  if (value === '') return { verdict: 'none' }
  if (carries(value, namespaces)) return malformed('missing_scheme')

  const space = value.indexOf(' ')
  const scheme = space === -1 ? value : value.slice(0, space)
  if (!isHttpToken(scheme)) return malformed('malformed_authorization')
  if (scheme.toLowerCase() !== 'bearer') {
    // Fetch joins lines: behind a scheme that we do not know, a second line with a key would go unseen (HTTP-3).
    if (joinedBearer.test(value)) return malformed('repeated_authorization')
    // `Bearertk_live_…` is by its grammar a scheme that we do not know; its sender means us.
    return scheme.toLowerCase().startsWith('bearer') ? malformed('malformed_authorization') : { verdict: 'none' }
  }

  let start = scheme.length
  while (value[start] === ' ') start++
  const token = value.slice(start)
  if (token === '') return malformed('empty_bearer')
  return isB64token(token) ? { verdict: 'found', token } : malformed('not_b64token')
}

function readXApiKey(lines: readonly string[]): FieldReading {
  const [value = '', ...others] = lines
  // Node and Fetch join two lines with a comma, which no token holds.
  if (others.length > 0 || value.includes(',')) return malformed('repeated_x_api_key')
  if (value === '') return { verdict: 'none' }
  return isB64token(value) ? { verdict: 'found', token: value } : malformed('malformed_x_api_key')
}

function readToken(token: string, source: CredentialSource, format: CredentialFormat): CredentialReading {
  const { namespaces, foreign = [], secretLength = DEFAULT_SECRET_LENGTH, opaque = false } = format
  const parsed = parseToken(token, { namespaces, secretLength })
  if (parsed.ok) return { verdict: 'candidate', token, id: parsed.id, source }
  if (opaque && parsed.reason === 'prefix' && !carries(token, foreign)) {
    return { verdict: 'candidate', token, id: null, source }
  }
  const isForeign = source === 'bearer' && !carries(token, [...namespaces, ...foreign])
  return { verdict: 'invalid_token', reason: parsed.reason, source, ...(isForeign ? { isForeign } : {}) }
}

function valuesOf(fields: CredentialInput['fields'], name: string): string[] {
  const values: string[] = []
  for (const [field, value] of fields) {
    if (field.length === name.length && field.toLowerCase() === name) values.push(trimOws(value))
  }
  return values
}

function carries(text: string, namespaces: readonly string[]): boolean {
  return namespaces.some((namespace) => text.startsWith(`${namespace}_`))
}

function malformed(reason: InvalidRequestReason): Malformed {
  return { verdict: 'invalid_request', reason }
}
