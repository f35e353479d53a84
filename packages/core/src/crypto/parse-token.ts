import { CHECKSUM_LENGTH, ID_LENGTH, readToken } from './token.js'
import type { ParsedToken, ParseTokenOptions } from './token-types.js'

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
