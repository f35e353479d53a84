import { createHash } from 'node:crypto'
import { InvalidInput } from '../errors/index.js'
import { BASE62 } from './base62.js'
import { decodeBase64 } from './base64.js'
import { lookupDigest, partDigest } from './lookup-digest.js'
import { ID_LENGTH } from './token.js'

/**
 * The product or form that a stored hash comes from. All are SHA-256 of the token; keypal may append a salt to the token.
 *
 * - `better-auth`: base64url without padding.
 * - `unkey`: base64.
 * - `keypal`, `sha256-hex`: hexadecimal.
 * - `sha256-base64`: base64, padded or not.
 */
export type ForeignFormat = 'better-auth' | 'unkey' | 'keypal' | 'sha256-hex' | 'sha256-base64'

/**
 * A product that hashed only the last part of its tokens.
 *
 * - `sanctum`: Laravel Sanctum, hexadecimal SHA-256 of what follows the `|` in `12|abc…`.
 * - `prefixed-api-key`: the package of that name, hexadecimal SHA-256 of what follows the last `_` in `acme_BRTRKFsL_51Fw…`.
 */
export type PartFormat = 'sanctum' | 'prefixed-api-key'

/** What stands before the hashed part of a token. */
const starts: Readonly<Record<PartFormat, RegExp>> = {
  sanctum: /^\d{1,20}\|$/,
  'prefixed-api-key': /^[0-9A-Za-z._~+/!#$%&*:@^-]{1,100}_$/,
}

/**
 * Converts the imported hash of a part of a token to the form that is stored and looked up. It binds the whole token, so that a
 * token with another beginning is another token.
 *
 * @param start - What stands before the part, with the sign between them: `12|`.
 * @throws {@link InvalidInput} when one of them does not have that format. The message contains neither.
 */
export function importedPartDigest(stored: string, format: PartFormat, start: string): string {
  if (typeof start !== 'string' || !starts[format].test(start)) {
    const example = format === 'sanctum' ? '12|' : 'acme_BRTRKFsL_'
    throw new InvalidInput('secret.start', `what stands before the hashed part of the token, such as ${example}`)
  }
  const bytes = typeof stored === 'string' ? parseHex(stored) : null
  if (bytes === null) throw new InvalidInput('hash', `a SHA-256 as ${format} stores it`)
  return partDigest(start, bytes)
}

/**
 * Converts an imported hash to the form that is stored and looked up: `sha256:<hex>`.
 *
 * @throws {@link InvalidInput} when `stored` does not have that format. The message does not contain it.
 */
export function importedDigest(stored: string, format: ForeignFormat): string {
  // The message leaves out what was given: a caller may have put the hash here.
  if (typeof format !== 'string' || !Object.hasOwn(parsers, format)) {
    const names = [...Object.keys(parsers), ...Object.keys(starts)].map((name) => `'${name}'`)
    throw new InvalidInput('secret.format', `one of ${names.join(', ')}`)
  }
  const bytes = typeof stored === 'string' ? parsers[format](stored) : null
  if (bytes === null || bytes.length !== 32) throw new InvalidInput('hash', `a SHA-256 as ${format} stores it`)
  return lookupDigest(bytes)
}

/**
 * Derives the id of an imported key from its secret. The same secret always gives the same id, and an id stays taken even after
 * its key is deleted. So a repeated import cannot bring back a revoked key.
 *
 * @param digest - The digest of the secret. The id reveals 71 bits of it, which only help to recognize the digest.
 */
export function importedKeyId(digest: string): string {
  const bytes = createHash('sha256').update(`keywright-import/v1\0${digest}`).digest('hex')
  let rest = BigInt(`0x${bytes}`)
  const base = BigInt(BASE62.length)
  return Array.from({ length: ID_LENGTH }, () => {
    const digit = BASE62.charAt(Number(rest % base))
    rest /= base
    return digit
  }).join('')
}

const parsers: Readonly<Record<ForeignFormat, (text: string) => Uint8Array | null>> = {
  'better-auth': parseBase64Url,
  unkey: parseBase64,
  keypal: parseHex,
  'sha256-hex': parseHex,
  'sha256-base64': parseBase64,
}

function parseHex(text: string): Uint8Array | null {
  return /^([0-9a-f]{64}|[0-9A-F]{64})$/.test(text) ? Buffer.from(text, 'hex') : null
}

function parseBase64(text: string): Uint8Array | null {
  return decodeBase64(text.endsWith('=') ? text.slice(0, -1) : text)
}

function parseBase64Url(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}
