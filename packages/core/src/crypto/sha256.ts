import { createHash } from 'node:crypto'
import { type DigestScheme, digestHasher } from './digest-hasher.js'
import type { Hasher } from './hasher.js'

/** SHA-256 without a key. */
export const plainSha256: DigestScheme = {
  algorithm: 'sha256',
  pepperId: null,
  digest: (message) => createHash('sha256').update(message).digest(),
}

/**
 * Hashes tokens with SHA-256 and no pepper. Enough for secrets of 112 bits and more (ASVS 6.5.2), but whoever can write to the
 * database can make keys: prefer `hmacSha256`.
 */
export function sha256(): Hasher {
  return { ...digestHasher(plainSha256), pepperIds: [], sharesKeyWith: () => false }
}
