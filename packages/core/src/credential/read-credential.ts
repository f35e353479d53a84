import { recognizeCredential } from '../child-token/index.js'
import { beginsWith, DEFAULT_SECRET_LENGTH, isOpaqueToken, type TokenFormat } from '../crypto/index.js'
import type {
  CredentialFormat,
  CredentialInput,
  CredentialReading,
  CredentialSource,
  FieldReading,
  InvalidRequestReason,
  IsToken,
  Malformed,
  Ready,
} from './credential-reading.js'
import { findExposedKey, tokensInUrls } from './find-exposed-key.js'
import { isB64token, isHttpToken, trimOws } from './header-syntax.js'
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
  const { namespaces, foreign = [], secretLength = DEFAULT_SECRET_LENGTH, opaque = false, dpop = false } = format
  const { headers = usualKeyHeaders } = format
  const tokens: TokenFormat = { namespaces, foreign, secretLength: [secretLength].flat(), opaque }
  const names = headers.map((name) => name.toLowerCase())
  const ours = tokensInUrls({ namespaces: [...namespaces, ...foreign], secretLength: tokens.secretLength })
  const isToken = opaque ? isOpaqueToken : isB64token
  const ready: Ready = { tokens, names, ours, isToken, dpop }
  return (input) => readFields(input, ready)
}

function readFields(
  { fields, url }: CredentialInput,
  { tokens, names, ours, isToken, dpop }: Ready,
): CredentialReading {
  const exposed = findExposedKey(url, ours)
  if (exposed !== null) {
    return { ...malformed('key_in_url'), ...(exposed.keyId === null ? {} : { exposedKeyId: exposed.keyId }) }
  }

  const line = onlyValue(fields, 'authorization')
  const byDpop = dpop && line !== null && /^dpop /i.test(line)
  const bearer = parseAuthorization(line, byDpop ? 'dpop' : 'bearer', ours.namespaces, isToken)
  if (typeof bearer === 'object') return bearer
  const own = parseKeyHeaders(fields, names, isToken)
  if (typeof own === 'object') return own
  if (bearer !== '' && own !== '') {
    const { namespaces } = ours
    const isOthers = !tokens.opaque && !beginsWith(bearer, namespaces) && beginsWith(own, namespaces)
    return isOthers ? classifyToken(own, 'x-api-key', tokens) : malformed('multiple_methods')
  }

  if (bearer !== '') return classifyToken(bearer, byDpop ? 'dpop' : 'bearer', tokens)
  return own === '' ? { verdict: 'none' } : classifyToken(own, 'x-api-key', tokens)
}

// Spaces are only scanned after a comma, so this takes linear time on any input. Some functions join with a semicolon.
const joinedBearer = /[,;][ \t]*bearer(?:[ \t]|$)/i

/** Returns the value of a field that may have one line: `''` if it has none, and `null` if it has several. */
function onlyValue(fields: CredentialInput['fields'], name: string): string | null {
  let only: string | undefined
  for (const [field, value] of fields) {
    if (field.length !== name.length || field.toLowerCase() !== name) continue
    if (only !== undefined) return null
    only = trimOws(value)
  }
  return only ?? ''
}

/** @param value - `null`: there are several. */
function parseAuthorization(
  value: string | null,
  wanted: 'bearer' | 'dpop',
  namespaces: readonly string[],
  isToken: IsToken,
): FieldReading {
  if (value === null) return malformed('repeated_authorization')
  if (value === '') return ''
  if (beginsWith(value, namespaces)) return malformed('missing_scheme')

  const space = value.indexOf(' ')
  const scheme = space === -1 ? value : value.slice(0, space)
  if (!isHttpToken(scheme)) return malformed('malformed_authorization')
  if (scheme.toLowerCase() !== wanted) {
    // Fetch and functions join lines. A second line with a key must not go unnoticed after an unknown scheme.
    if (joinedBearer.test(value)) return malformed('repeated_authorization')
    // By the grammar, `Bearertk_live_…` is an unknown scheme, but the client wanted to send a key.
    return scheme.toLowerCase().startsWith('bearer') ? malformed('malformed_authorization') : ''
  }

  let start = scheme.length
  while (value[start] === ' ') start++
  const token = value.slice(start)
  if (token === '') return malformed('empty_bearer')
  return isToken(token) ? token : malformed('not_b64token')
}

function parseKeyHeaders(fields: CredentialInput['fields'], names: readonly string[], isToken: IsToken): FieldReading {
  let found = ''
  for (const name of names) {
    const value = onlyValue(fields, name)
    // Node and Fetch join two lines with a comma. No token contains one.
    const isRepeated = value === null || value.includes(',') || (value !== '' && found !== '')
    if (isRepeated) return malformed('repeated_x_api_key')
    if (value !== '') found = value
  }
  return found === '' || isToken(found) ? found : malformed('malformed_x_api_key')
}

function classifyToken(token: string, source: CredentialSource, format: TokenFormat): CredentialReading {
  const read = recognizeCredential(token, format)
  if (read.ok) return { verdict: 'candidate', token, id: read.id, namespace: read.namespace, source }
  const isForeign = source !== 'x-api-key' && read.isForeign
  return { verdict: 'invalid_token', reason: read.reason, source, ...(isForeign ? { isForeign } : {}) }
}

function malformed(reason: InvalidRequestReason): Malformed {
  return { verdict: 'invalid_request', reason }
}
