import { decodeBase64, encodeBase64 } from './base64.js'

/** The fields of a PHC string. */
export interface PhcString {
  readonly algorithm: string
  /** The id of the secret key that was used; `null` if there was none. */
  readonly keyId: string | null
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

/** Returns the prefix of all PHC strings with this algorithm and key. */
export function phcPrefix(algorithm: string, keyId: string | null): string {
  return keyId === null ? `$${algorithm}$v=1$` : `$${algorithm}$v=1$k=${keyId}$`
}

/** Writes `$<algorithm>$v=1[$k=<keyId>]$<salt>$<hash>`, with salt and hash in unpadded standard base64. */
export function formatPhc({ algorithm, keyId, salt, hash }: PhcString): string {
  return `${phcPrefix(algorithm, keyId)}${encodeBase64(salt)}$${encodeBase64(hash)}`
}

/** Parses exactly what {@link formatPhc} writes. Returns `null` for anything else; never throws. */
export function parsePhc(text: string): PhcString | null {
  if (typeof text !== 'string') return null
  const fields = text.split('$', 7)
  const keyed = fields.length === 6
  if (!keyed && fields.length !== 5) return null

  const [lead, algorithm = '', version, key = ''] = fields
  if (lead !== '' || !/^[a-z0-9-]{1,32}$/.test(algorithm) || version !== 'v=1') return null
  if (keyed && !/^k=[a-zA-Z0-9.-]{1,16}$/.test(key)) return null // the ids of isKeyId

  const salt = decodeBase64(fields.at(-2) ?? '')
  const hash = decodeBase64(fields.at(-1) ?? '')
  if (salt === null || salt.length === 0 || hash === null || hash.length === 0) return null
  return { algorithm, keyId: keyed ? key.slice(2) : null, salt, hash }
}
