import { InvalidInput } from '../errors/index.js'
import { encodeBase62, isBase62 } from './base62.js'
import { crc32 } from './crc32.js'
import { isNamespace } from './namespace.js'
import { ID_LENGTH, MAX_SECRET_LENGTH, MIN_SECRET_LENGTH } from './token.js'
import type { TokenParts } from './token-types.js'

/**
 * Writes a token: `<namespace>_<id>_<secret><checksum>`. `parseToken` can always read the result.
 *
 * @throws {@link InvalidInput} when a part is malformed.
 *
 * @example
 * ```ts
 * const token = formatToken({ namespace: 'tk_live', id: 'a1B2c3D4e5F6', secret: 'x'.repeat(32) })
 * ```
 */
export function formatToken({ namespace, id, secret }: TokenParts): string {
  if (!isNamespace(namespace)) throw new InvalidInput('namespace', 'a name such as tk_live')
  if (id.length !== ID_LENGTH || !isBase62(id)) throw new InvalidInput('id', `${ID_LENGTH} letters and digits`)
  if (secret.length < MIN_SECRET_LENGTH || secret.length > MAX_SECRET_LENGTH || !isBase62(secret)) {
    throw new InvalidInput('secret', `${MIN_SECRET_LENGTH} to ${MAX_SECRET_LENGTH} letters and digits`)
  }
  const body = `${namespace}_${id}_${secret}`
  return body + encodeBase62(crc32(body))
}

/** Returns the part of a token that is safe to show, such as `tk_live_a1B2…`. */
export function previewOf(namespace: string, id: string): string {
  return `${namespace}_${id.slice(0, 4)}…`
}
