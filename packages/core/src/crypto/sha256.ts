import { digestHasher } from './digest-hasher.js'
import type { DigestScheme } from './digest-scheme.js'
import type { Hasher } from './hasher.js'
import { sha256Digest } from './sha256-digest.js'

/** SHA-256 without a pepper. */
export const plainSha256: DigestScheme = {
  algorithm: 'sha256',
  pepperId: null,
  digest: sha256Digest,
}

/**
 * Returns a hasher that uses SHA-256 without a pepper. This is enough for secrets of 112 bits or more (ASVS 6.5.2), but a person
 * with write access to the database can create keys. Prefer {@link hmacSha256}.
 *
 * @example
 * ```ts
 * const keyring = createKeyring({ prefix: 'tk', store, hasher: sha256(), access, resolveOwner })
 * ```
 */
export function sha256(): Hasher {
  return { ...digestHasher(plainSha256), pepperIds: [], sharesKeyWith: () => false }
}
