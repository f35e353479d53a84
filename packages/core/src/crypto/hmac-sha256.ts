import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { checkNames, parseSecrets } from '../check/index.js'
import { InvalidOptions } from '../errors/index.js'
import { digestHasher } from './digest-hasher.js'
import type { DigestScheme } from './digest-scheme.js'
import type { Hasher } from './hasher.js'
import type { HmacSha256Options } from './hmac-sha256-options.js'
import { plainSha256 } from './sha256.js'
import { hmacSha256Digest } from './sha256-digest.js'

/**
 * Returns a hasher that uses HMAC-SHA-256 with a pepper: a secret that is not in the database. Without the pepper, a copy of the
 * database does not help to find or forge a token.
 *
 * Hashes with another known pepper, and those of {@link sha256}, still match. Keywright replaces them when their key is used.
 *
 * @throws {@link InvalidOptions} when a pepper has less than 32 bytes, an id is malformed, or `current` names no pepper.
 *
 * @example
 * ```ts
 * const hasher = hmacSha256({ current: 'p1', peppers: { p1: process.env.API_KEY_PEPPER } })
 * ```
 */
export function hmacSha256(options: HmacSha256Options): Hasher {
  checkNames(options, { current: true, peppers: true }, { at: 'hasher' })
  const { current, peppers } = options
  // A key object keeps the bytes out of logs.
  const keys = new Map(
    [...parseSecrets(peppers, 'hasher.peppers')].map(([id, pepper]) => [id, createSecretKey(pepper)]),
  )
  const currentKey = keys.get(current)
  if (currentKey === undefined) throw new InvalidOptions('hasher.current', 'the id of one of hasher.peppers')

  const others = [...keys].filter(([id]) => id !== current).map(([id, key]) => hmac(id, key))
  return {
    ...digestHasher(hmac(current, currentKey), ...others, plainSha256),
    pepperIds: [...keys.keys()],
    deriveKeys: (purpose) =>
      [...new Set([currentKey, ...keys.values()])].map(
        (key) => new Uint8Array(hkdfSync('sha256', key, '', purpose, 32)),
      ),
    sharesKeyWith: (key) => {
      // The same environment variable may be read as text here, and as the base64 form of a key there.
      const twins = [createSecretKey(key), createSecretKey(Buffer.from(key).toString('base64'), 'utf8')]
      return [...keys.values()].some((pepper) => twins.some((twin) => twin.equals(pepper)))
    },
  }
}

function hmac(pepperId: string, key: KeyObject): DigestScheme {
  return { algorithm: 'hmac-sha256', pepperId, digest: hmacSha256Digest(key.export()) }
}
