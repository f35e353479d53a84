import { decodeBase64, encodeBase64 } from './base64.js'

/** What a PHC string says. */
export interface PhcString {
  readonly algorithm: string
  /** Names the secret key that was used; `null` where there is none. */
  readonly keyId: string | null
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

/** Whether `text` can name a key in a PHC string. */
export function isKeyId(text: string): boolean {
  return /^[a-zA-Z0-9.-]{1,16}$/.test(text)
}

/** What every PHC string of this algorithm and key begins with. */
export function phcPrefix(algorithm: string, keyId: string | null): string {
  return keyId === null ? `$${algorithm}$v=1$` : `$${algorithm}$v=1$k=${keyId}$`
}

/** Writes `$<algorithm>$v=1[$k=<keyId>]$<salt>$<hash>`, both in unpadded standard base64 (HASH-1). */
export function formatPhc({ algorithm, keyId, salt, hash }: PhcString): string {
  return `${phcPrefix(algorithm, keyId)}${encodeBase64(salt)}$${encodeBase64(hash)}`
}

/** Reads what {@link formatPhc} writes, to the character; anything else is `null`. Never throws. */
export function parsePhc(text: string): PhcString | null {
  if (typeof text !== 'string') return null
  const fields = text.split('$', 7)
  const keyed = fields.length === 6
  if (!keyed && fields.length !== 5) return null

  const [lead, algorithm = '', version, key = ''] = fields
  if (lead !== '' || !/^[a-z0-9-]{1,32}$/.test(algorithm) || version !== 'v=1') return null
  if (keyed && !(key.startsWith('k=') && isKeyId(key.slice(2)))) return null

  const salt = decodeBase64(fields.at(-2) ?? '')
  const hash = decodeBase64(fields.at(-1) ?? '')
  if (salt === null || salt.length === 0 || hash === null || hash.length === 0) return null
  return { algorithm, keyId: keyed ? key.slice(2) : null, salt, hash }
}
