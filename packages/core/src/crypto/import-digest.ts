import { createHash } from 'node:crypto'
import { InvalidInput } from '../errors/index.js'
import { BASE62 } from './base62.js'
import { decodeBase64 } from './base64.js'
import { ID_LENGTH } from './token.js'

/**
 * Where a stored hash comes from. All are SHA-256 of the token; `keypal` may have a salt at its end.
 *
 * - `better-auth`: base64url without padding.
 * - `unkey`: base64.
 * - `keypal`, `sha256-hex`: hexadecimal.
 * - `sha256-base64`: base64, padded or not.
 */
export type ForeignFormat = 'better-auth' | 'unkey' | 'keypal' | 'sha256-hex' | 'sha256-base64'

/**
 * The one form in which an imported hash is stored and looked up (TOK-15): `sha256:<hex>`.
 *
 * @throws {@link InvalidInput} where `stored` is not of that format. Its text is not in the message.
 */
export function importedDigest(stored: string, format: ForeignFormat): string {
  const bytes = typeof stored === 'string' && Object.hasOwn(readers, format) ? readers[format](stored) : null
  if (bytes === null || bytes.length !== 32) throw new InvalidInput('hash', `a SHA-256 as ${format} stores it`)
  return lookupDigest(bytes)
}

/** Options of {@link lookupDigests}. */
export interface LookupDigestsOptions {
  /** The salt of the keypal installation that keys came from. @defaultValue none */
  readonly salt?: string
}

/** The forms under which a presented token may have been imported. */
export function lookupDigests(token: string, { salt = '' }: LookupDigestsOptions = {}): readonly string[] {
  const texts = salt === '' ? [token] : [token, token + salt]
  return texts.map((text) => lookupDigest(createHash('sha256').update(text).digest()))
}

/**
 * The id of the key that is made of an imported secret: the same secret, the same id. An id is never given twice, not even
 * after its key was deleted, so an import that runs again cannot bring back a key that was revoked.
 *
 * @param digest - What the secret is known by. The id gives away 71 bits of it, of no use but to recognise it.
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

const readers: Readonly<Record<ForeignFormat, (text: string) => Uint8Array | null>> = {
  'better-auth': readBase64Url,
  unkey: readBase64,
  keypal: readHex,
  'sha256-hex': readHex,
  'sha256-base64': readBase64,
}

function lookupDigest(bytes: Uint8Array): string {
  return `sha256:${Buffer.from(bytes).toString('hex')}`
}

function readHex(text: string): Uint8Array | null {
  return /^([0-9a-f]{64}|[0-9A-F]{64})$/.test(text) ? Buffer.from(text, 'hex') : null
}

function readBase64(text: string): Uint8Array | null {
  return decodeBase64(text.endsWith('=') ? text.slice(0, -1) : text)
}

function readBase64Url(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}
