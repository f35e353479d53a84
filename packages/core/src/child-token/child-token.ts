import { crc32, decodeBase62, ID_LENGTH, type InvalidTokenReason, isBase62, type ReadToken } from '../crypto/index.js'
import type { ChildParts } from './child-types.js'

/** The most characters of a delegated token: servers and proxies take 8 KB for all headers of a request, or more. */
export const maxChildLength = 4_096

/** 32 bytes, as letters and digits. */
export const macLength = 45
const checksumLength = 6
/** So that no token of a key can be read as one: what follows its id has at most 70 characters. */
export const minTail = 71

/**
 * Reads a token of the form `<namespace>_<id of the key>_<id>_<body><mac><checksum>`. Before any I/O: it tells nothing of whether the
 * token is good. Takes linear time.
 *
 * @returns `null` for a text that has not this form: it may be a token of a key.
 */
export function readChildToken(text: string, namespaces: readonly string[]): ReadToken | null {
  let closest: ReadToken | null = null
  for (const namespace of namespaces) {
    if (!text.startsWith(namespace) || text[namespace.length] !== '_' || !isChild({ token: text, namespace })) continue
    const reason = faultOf(text, namespace)
    if (reason === null) return { ok: true, token: text, namespace, id: keyIdOf(text, namespace) }
    closest = { ok: false, reason }
  }
  return closest
}

/** Tests whether a token of ours is a delegated one. That of a key has no `_` after its id but one. */
export function isChild({ token, namespace }: { readonly token: string; readonly namespace: string | null }): boolean {
  return namespace !== null && token.charCodeAt(ownIdAt(namespace) + ID_LENGTH) === 95
}

/** Takes apart what {@link readChildToken} has read. */
export function childParts(token: string, namespace: string): ChildParts {
  const macAt = token.length - macLength - checksumLength
  const idAt = ownIdAt(namespace)
  return {
    keyId: keyIdOf(token, namespace),
    id: token.slice(idAt, idAt + ID_LENGTH),
    body: token.slice(idAt + ID_LENGTH + 1, macAt),
    signed: token.slice(0, macAt),
    mac: token.slice(macAt, -checksumLength),
  }
}

function faultOf(text: string, namespace: string): InvalidTokenReason | null {
  const [keyIdAt, idAt] = [namespace.length + 1, ownIdAt(namespace)]
  const tailAt = idAt + ID_LENGTH + 1
  if (text.length > maxChildLength) return 'too_long'
  if (text.length < tailAt + minTail) return 'length'
  const isWellFormed =
    isBase62(text, keyIdAt, idAt - 1) &&
    text[idAt - 1] === '_' &&
    isBase62(text, idAt, tailAt - 1) &&
    isBase62(text, tailAt)
  if (!isWellFormed) return 'alphabet'
  const checksumAt = text.length - checksumLength
  const checksum = decodeBase62(text, checksumAt, text.length)
  if (checksum > 0xffffffff) return 'checksum_range'
  return checksum === crc32(text, checksumAt) ? null : 'checksum'
}

function keyIdOf(text: string, namespace: string): string {
  return text.slice(namespace.length + 1, namespace.length + 1 + ID_LENGTH)
}

function ownIdAt(namespace: string): number {
  return namespace.length + 1 + ID_LENGTH + 1
}
