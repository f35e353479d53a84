import { beginsWith, DEFAULT_SECRET_LENGTH, isOpaqueToken, recognizeToken, type TokenFormat } from '../crypto/index.js'
import type {
  CredentialFormat,
  CredentialInput,
  CredentialReading,
  CredentialSource,
  InvalidRequestReason,
} from './credential-reading.js'
import { findExposedKey } from './find-exposed-key.js'
import { fieldValues, isB64token, isHttpToken } from './header-syntax.js'
import { usualKeyHeaders } from './key-headers.js'

/**
 * Reads the credential of a request from `Authorization: Bearer` or `X-API-Key`, or the `headers` of the format. A request is
 * malformed if it has two credentials, even equal ones, or a key in the URL. Takes linear time, and never throws.
 *
 * A bearer token with none of our namespaces, such as a platform's JWT, is no second credential beside a token of ours in
 * `X-API-Key`. With `opaque` it may be an imported key, so there the request is malformed.
 *
 * @example
 * ```ts
 * const fields = [['authorization', `Bearer ${token}`]] as const
 * const reading = readCredential({ fields, url: '/members' }, { namespaces: ['tk_live'] })
 * if (reading.verdict === 'candidate') console.log(`The key is ${reading.id}.`)
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2 | RFC 6750 §2}
 */
export function readCredential(input: CredentialInput, format: CredentialFormat): CredentialReading {
  return credentialReader(format)(input)
}

/** Makes {@link readCredential} for a format, for the many requests of a guard. */
export function credentialReader(format: CredentialFormat): (input: CredentialInput) => CredentialReading {
  const { namespaces, foreign = [], secretLength = DEFAULT_SECRET_LENGTH, opaque = false } = format
  const { headers = usualKeyHeaders } = format
  const tokens: TokenFormat = { namespaces, foreign, secretLength: [secretLength].flat(), opaque }
  const names = headers.map((name) => name.toLowerCase())
  const ours = { namespaces: [...namespaces, ...foreign], secretLength: tokens.secretLength }
  const isToken = opaque ? isOpaqueToken : isB64token
  return (input) => readFields(input, { tokens, names, ours, isToken })
}

/** A format, made ready. */
interface Ready {
  readonly tokens: TokenFormat
  /** The headers for keys, in lower case. */
  readonly names: readonly string[]
  readonly ours: Pick<TokenFormat, 'namespaces' | 'secretLength'>
  readonly isToken: IsToken
}

function readFields({ fields, url }: CredentialInput, { tokens, names, ours, isToken }: Ready): CredentialReading {
  const exposed = findExposedKey(url, ours)
  if (exposed !== null) {
    return { ...malformed('key_in_url'), ...(exposed.keyId === null ? {} : { exposedKeyId: exposed.keyId }) }
  }

  const bearer = parseAuthorization(fieldValues(fields, 'authorization'), ours.namespaces, isToken)
  if (bearer.verdict === 'invalid_request') return bearer
  const xApiKey = parseKeyHeader(
    names.map((name) => fieldValues(fields, name)),
    isToken,
  )
  if (xApiKey.verdict === 'invalid_request') return xApiKey
  if (bearer.verdict === 'found' && xApiKey.verdict === 'found') {
    const { namespaces } = ours
    const isOthers = !tokens.opaque && !beginsWith(bearer.token, namespaces) && beginsWith(xApiKey.token, namespaces)
    return isOthers ? classifyToken(xApiKey.token, 'x-api-key', tokens) : malformed('multiple_methods')
  }

  if (bearer.verdict === 'found') return classifyToken(bearer.token, 'bearer', tokens)
  if (xApiKey.verdict === 'found') return classifyToken(xApiKey.token, 'x-api-key', tokens)
  return { verdict: 'none' }
}

type Malformed = { readonly verdict: 'invalid_request'; readonly reason: InvalidRequestReason }
type FieldReading = { readonly verdict: 'none' } | { readonly verdict: 'found'; readonly token: string } | Malformed

// Spaces are only scanned after a comma, so this takes linear time on any input. Some functions join with a semicolon.
const joinedBearer = /[,;][ \t]*bearer(?:[ \t]|$)/i

type IsToken = (text: string) => boolean

function parseAuthorization(lines: readonly string[], namespaces: readonly string[], isToken: IsToken): FieldReading {
  const [value = '', ...others] = lines
  if (others.length > 0) return malformed('repeated_authorization')
  if (value === '') return { verdict: 'none' }
  if (beginsWith(value, namespaces)) return malformed('missing_scheme')

  const space = value.indexOf(' ')
  const scheme = space === -1 ? value : value.slice(0, space)
  if (!isHttpToken(scheme)) return malformed('malformed_authorization')
  if (scheme.toLowerCase() !== 'bearer') {
    // Fetch and functions join lines. A second line with a key must not go unnoticed after an unknown scheme.
    if (joinedBearer.test(value)) return malformed('repeated_authorization')
    // By the grammar, `Bearertk_live_…` is an unknown scheme, but the client wanted to send a key.
    return scheme.toLowerCase().startsWith('bearer') ? malformed('malformed_authorization') : { verdict: 'none' }
  }

  let start = scheme.length
  while (value[start] === ' ') start++
  const token = value.slice(start)
  if (token === '') return malformed('empty_bearer')
  return isToken(token) ? { verdict: 'found', token } : malformed('not_b64token')
}

/** @param lines - Those of each header. */
function parseKeyHeader(lines: readonly (readonly string[])[], isToken: IsToken): FieldReading {
  const [value = '', ...others] = lines.flat().filter((line) => line !== '')
  // Node and Fetch join two lines with a comma. No token contains one.
  const isRepeated = lines.some(({ length }) => length > 1) || others.length > 0
  if (isRepeated || value.includes(',')) return malformed('repeated_x_api_key')
  if (value === '') return { verdict: 'none' }
  return isToken(value) ? { verdict: 'found', token: value } : malformed('malformed_x_api_key')
}

function classifyToken(token: string, source: CredentialSource, format: TokenFormat): CredentialReading {
  const read = recognizeToken(token, format)
  if (read.ok) return { verdict: 'candidate', token, id: read.id, namespace: read.namespace, source }
  const isForeign = source === 'bearer' && read.isForeign
  return { verdict: 'invalid_token', reason: read.reason, source, ...(isForeign ? { isForeign } : {}) }
}

function malformed(reason: InvalidRequestReason): Malformed {
  return { verdict: 'invalid_request', reason }
}
