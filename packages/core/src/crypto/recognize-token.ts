import { readToken } from './token.js'
import type { Recognized, TokenFormat } from './token-types.js'

/** Parses a presented token, and tells whether it may belong to a key of this keyring. Does not read the store. */
export function recognizeToken(token: string, format: TokenFormat): Recognized {
  const read = readToken(token, format)
  if (read.ok) return read
  const { reason } = read
  const isForeign = !beginsWith(token, format.namespaces) && !beginsWith(token, format.foreign)
  if (format.opaque && !isRefusedUnread(token, format)) return { ok: true, token, id: null, namespace: null }
  return { ok: false, reason, isForeign }
}

/**
 * Tests whether a token cannot be an imported one: it has the form of ours, with a mistake in it, or the length of none. Tokens of
 * other products may begin as ours do.
 */
function isRefusedUnread(token: string, { namespaces, foreign, secretLength }: TokenFormat): boolean {
  const read = readToken(token, { namespaces: [...namespaces, ...foreign], secretLength })
  return read.ok || !(read.reason === 'prefix' || read.reason === 'length' || read.reason === 'alphabet')
}

/**
 * Tests whether an imported token consists of characters that tokens of other products have, and a header can carry: the `b64token`
 * of RFC 6750, and `! # $ % & * : @ ^ |`. No quotes, brackets, commas, semicolons or spaces: those come from mistakes of copying,
 * and from joined headers.
 */
export function isOpaqueToken(text: string): boolean {
  let end = text.length
  while (end > 0 && text[end - 1] === '=') end--
  return end > 0 && !/[^0-9A-Za-z._~+/!#$%&*:@^|-]/.test(text.slice(0, end))
}

/** Tests whether `text` begins with one of these namespaces and a `_`. */
export function beginsWith(text: string, namespaces: readonly string[]): boolean {
  for (const namespace of namespaces) if (text.startsWith(namespace) && text[namespace.length] === '_') return true
  return false
}
