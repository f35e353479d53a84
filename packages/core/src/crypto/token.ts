import { InvalidInput } from '../errors/index.js'
import { encodeBase62, isBase62 } from './base62.js'
import { crc32 } from './crc32.js'
import { isNamespace } from './namespace.js'

/** Characters of a token's id. */
export const ID_LENGTH = 12
/** Characters of a token's secret where nothing else is configured: 190 bits. */
export const DEFAULT_SECRET_LENGTH = 32
/** 131 bits: ASVS 11.5.1 asks for 128 (TOK-1). */
export const MIN_SECRET_LENGTH = 22
/** Keeps every token well below {@link MAX_LENGTH}. */
export const MAX_SECRET_LENGTH = 64

const CHECKSUM_LENGTH = 6
const MAX_LENGTH = 255
/** 2³² − 1: more is no CRC-32. Digits sort as their values do, so texts of one length compare as numbers (TOK-5). */
const MAX_CHECKSUM = encodeBase62(0xffffffff)

/** The parts of a token, without its checksum. */
export interface TokenParts {
  /** What the token begins with, without the last `_`: `tk_live`. */
  readonly namespace: string
  /** The id of the key. Not secret. */
  readonly id: string
  readonly secret: string
}

/** Options of {@link parseToken}. */
export interface ParseTokenOptions {
  /** What accepted tokens begin with. */
  readonly namespaces: readonly string[]
  /** Characters of the secret. @defaultValue 32 */
  readonly secretLength?: number
}

/** Why a text is no token of ours. */
export type InvalidTokenReason = 'empty' | 'too_long' | 'prefix' | 'length' | 'alphabet' | 'checksum_range' | 'checksum'

/** What {@link parseToken} found. */
export type ParsedToken =
  | ({ readonly ok: true } & TokenParts)
  | { readonly ok: false; readonly reason: InvalidTokenReason }

/**
 * Writes a token: `<namespace>_<id>_<secret><checksum>`.
 *
 * @throws {@link InvalidInput} where a part is not of its form, so that what comes out can always be parsed.
 */
export function formatToken({ namespace, id, secret }: TokenParts): string {
  if (!isNamespace(namespace)) throw new InvalidInput('namespace', 'lower-case letters and digits, such as tk_live')
  if (id.length !== ID_LENGTH || !isBase62(id)) throw new InvalidInput('id', `${ID_LENGTH} letters and digits`)
  if (secret.length < MIN_SECRET_LENGTH || secret.length > MAX_SECRET_LENGTH || !isBase62(secret)) {
    throw new InvalidInput('secret', `${MIN_SECRET_LENGTH} to ${MAX_SECRET_LENGTH} letters and digits`)
  }
  const body = `${namespace}_${id}_${secret}`
  return body + encodeBase62(crc32(body))
}

/**
 * Takes a token apart, if it is one. Any text gives an answer, in time linear in its length, and without a look at a store.
 *
 * A good checksum says that nothing was mistyped, not that the key exists (TOK-7).
 */
export function parseToken(text: string, options: ParseTokenOptions): ParsedToken {
  const { namespaces, secretLength = DEFAULT_SECRET_LENGTH } = options
  if (typeof text !== 'string' || text === '') return reject('empty')
  if (text.length > MAX_LENGTH) return reject('too_long')

  const candidates = namespaces.filter((namespace) => text.startsWith(`${namespace}_`))
  if (candidates.length === 0) return reject('prefix')
  // All other widths are fixed: with both `tk` and `tk_live` configured, the length tells which it is (TOK-9).
  const restLength = 1 + ID_LENGTH + 1 + secretLength + CHECKSUM_LENGTH
  const namespace = candidates.find((candidate) => candidate.length + restLength === text.length)
  if (namespace === undefined) return reject('length')

  const idAt = namespace.length + 1
  const secretAt = idAt + ID_LENGTH + 1
  const checksumAt = secretAt + secretLength
  const id = text.slice(idAt, secretAt - 1)
  if (!isBase62(id) || text[secretAt - 1] !== '_' || !isBase62(text.slice(secretAt))) return reject('alphabet')

  const checksum = text.slice(checksumAt)
  if (checksum > MAX_CHECKSUM) return reject('checksum_range')
  if (checksum !== encodeBase62(crc32(text.slice(0, checksumAt)))) return reject('checksum')
  return { ok: true, namespace, id, secret: text.slice(secretAt, checksumAt) }
}

/** The form of a token that is safe to show: `tk_live_a1B2…` (TOK-10). */
export function previewOf(namespace: string, id: string): string {
  return `${namespace}_${id.slice(0, 4)}…`
}

function reject(reason: InvalidTokenReason): ParsedToken {
  return { ok: false, reason }
}
