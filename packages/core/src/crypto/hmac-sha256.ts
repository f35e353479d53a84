import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { InvalidOptions } from '../errors/index.js'
import { type DigestScheme, digestHasher } from './digest-hasher.js'
import type { Hasher } from './hasher.js'
import { isKeyId } from './phc.js'
import { plainSha256 } from './sha256.js'

/** Options of {@link hmacSha256}. */
export interface HmacSha256Options {
  /** The id of the pepper that new hashes use. */
  readonly current: string
  /**
   * Secrets of at least 32 bytes each, by id (HASH-3): text counts as its UTF-8 bytes. Keep an old one for as long as stored
   * hashes use it. Ids are 1 to 16 letters, digits, `.` and `-`.
   */
  readonly peppers: Readonly<Record<string, string | Uint8Array | undefined>>
}

/**
 * Hashes tokens with HMAC-SHA-256 under a pepper that is kept apart from the database.
 *
 * Hashes under another known pepper, and those of `sha256`, still match and are reported as stale.
 *
 * @throws {@link InvalidOptions}, naming the pepper, never its value.
 */
export function hmacSha256({ current, peppers }: HmacSha256Options): Hasher {
  const keys = new Map(Object.entries(peppers).map(([id, pepper]) => [id, readPepper(id, pepper)]))
  const currentKey = keys.get(current)
  if (currentKey === undefined) throw new InvalidOptions('hasher.current', 'the id of one of hasher.peppers')

  const others = [...keys].filter(([id]) => id !== current).map(([id, key]) => hmac(id, key))
  return {
    ...digestHasher(hmac(current, currentKey), ...others, plainSha256),
    pepperIds: [...keys.keys()],
    sharesKeyWith: (key) => {
      // One environment variable read twice: as text here, as base64 of a key there.
      const twins = [createSecretKey(key), createSecretKey(Buffer.from(key).toString('base64'), 'utf8')]
      return [...keys.values()].some((pepper) => twins.some((twin) => twin.equals(pepper)))
    },
  }
}

function hmac(pepperId: string, key: KeyObject): DigestScheme {
  return {
    algorithm: 'hmac-sha256',
    pepperId,
    digest: (message) => createHmac('sha256', key).update(message).digest(),
  }
}

/** Key objects hold their bytes where neither inspection nor a shared buffer shows them. */
function readPepper(id: string, pepper: string | Uint8Array | undefined): KeyObject {
  // Not named: where ids and peppers were swapped, this is the pepper.
  if (!isKeyId(id)) throw new InvalidOptions('hasher.peppers', 'ids of 1 to 16 letters, digits, . and -')
  const bytes = typeof pepper === 'string' ? Buffer.from(pepper, 'utf8') : pepper
  if (!(bytes instanceof Uint8Array) || bytes.length < 32) {
    throw new InvalidOptions(`hasher.peppers.${id}`, 'a secret of at least 32 bytes')
  }
  return createSecretKey(bytes)
}
