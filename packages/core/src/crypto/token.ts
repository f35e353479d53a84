import { decodeBase62, isBase62 } from './base62.js'
import { crc32 } from './crc32.js'

/** The number of characters of a token's id. */
export const ID_LENGTH = 12
/** The default number of characters of a token's secret: 190 bits. */
export const DEFAULT_SECRET_LENGTH = 32
/** 131 bits: ASVS 11.5.1 requires 128. */
export const MIN_SECRET_LENGTH = 22
/** Keeps every token well below {@link MAX_LENGTH}. */
export const MAX_SECRET_LENGTH = 64

const CHECKSUM_LENGTH = 6
const MAX_LENGTH = 255

/** The parts of a token, without its checksum. */
export interface TokenParts {
  /** The beginning of the token, such as `tk_live`, without the `_` after it. */
  readonly namespace: string
  /** The id of the key: 12 letters and digits. Not secret. */
  readonly id: string
  /** 22 to 64 letters and digits. */
  readonly secret: string
}

/** The tokens that {@link parseToken} accepts. */
export interface ParseTokenOptions {
  /** The namespaces of accepted tokens, such as `tk_live`. */
  readonly namespaces: readonly string[]
  /** The number of characters of the secret, or each number that it may have. @defaultValue 32 */
  readonly secretLength?: number | readonly number[]
}

/** Why a text is not a token of these namespaces. */
export type InvalidTokenReason = 'empty' | 'too_long' | 'prefix' | 'length' | 'alphabet' | 'checksum_range' | 'checksum'

/** The result of {@link parseToken}. */
export type ParsedToken =
  | ({ readonly ok: true } & TokenParts)
  | { readonly ok: false; readonly reason: InvalidTokenReason }

/**
 * Parses a token. Never throws, takes time linear in the length of the text, and does not read the store.
 *
 * A correct checksum shows that nothing was mistyped. It does not show that the key exists, or that whoever sent it has the secret:
 * verify the token before you do anything in its name.
 *
 * @example
 * ```ts
 * const parsed = parseToken(text, { namespaces: ['tk_live'] })
 * if (!parsed.ok) return 'mistyped' // before anything is asked of the store
 * ```
 */
export function parseToken(text: string, options: ParseTokenOptions): ParsedToken {
  const read = readToken(text, options)
  if (!read.ok) return read
  const { namespace, id } = read
  return { ok: true, namespace, id, secret: text.slice(namespace.length + ID_LENGTH + 2, -CHECKSUM_LENGTH) }
}

/** A token that was read: its secret is not asked for on the way of a request. */
export type ReadToken =
  | { readonly ok: true; readonly token: string; readonly namespace: string; readonly id: string }
  | { readonly ok: false; readonly reason: InvalidTokenReason }

/** Does the work of {@link parseToken}. */
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
