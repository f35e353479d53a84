import { decodeBase62, isBase62 } from './base62.js'
import { crc32 } from './crc32.js'
import type { InvalidTokenReason, ParseTokenOptions, ReadToken } from './token-types.js'

/** The number of characters of a token's id. */
export const ID_LENGTH = 12
/** The default number of characters of a token's secret: 190 bits. */
export const DEFAULT_SECRET_LENGTH = 32
/** 131 bits: ASVS 11.5.1 requires 128. */
export const MIN_SECRET_LENGTH = 22
/** Keeps every token well below {@link MAX_LENGTH}. */
export const MAX_SECRET_LENGTH = 64

/** The number of characters of a token's checksum. */
export const CHECKSUM_LENGTH = 6
const MAX_LENGTH = 255

/** Reads a token: see `parseToken`. */
export function readToken(text: string, options: ParseTokenOptions): ReadToken {
  const { namespaces, secretLength = DEFAULT_SECRET_LENGTH } = options
  if (typeof text !== 'string' || text === '') return reject('empty')
  if (text.length > MAX_LENGTH) return reject('too_long')

  let closest: ReadToken | null = null
  for (const namespace of namespaces) {
    if (!text.startsWith(namespace) || text[namespace.length] !== '_') continue
    closest ??= reject('length')
    // All other parts have a fixed length. Of `tk` and `tk_live`, at most one fits: neither an id nor a secret has a `_`.
    const length = text.length - namespace.length - 1 - ID_LENGTH - 1 - CHECKSUM_LENGTH
    if (!(typeof secretLength === 'number' ? length === secretLength : secretLength.includes(length))) continue
    const parsed = parseParts(text, namespace, length)
    if (parsed.ok) return parsed
    closest = parsed
  }
  return closest ?? reject('prefix')
}

function parseParts(text: string, namespace: string, secretLength: number): ReadToken {
  const idAt = namespace.length + 1
  const secretAt = idAt + ID_LENGTH + 1
  const checksumAt = secretAt + secretLength
  if (!isBase62(text, idAt, secretAt - 1) || text[secretAt - 1] !== '_' || !isBase62(text, secretAt))
    return reject('alphabet')

  const checksum = decodeBase62(text, checksumAt, text.length)
  if (checksum > 0xffffffff) return reject('checksum_range')
  if (checksum !== crc32(text, checksumAt)) return reject('checksum')
  return { ok: true, token: text, namespace, id: text.slice(idAt, secretAt - 1) }
}

function reject(reason: InvalidTokenReason): Extract<ReadToken, { ok: false }> {
  return { ok: false, reason }
}
