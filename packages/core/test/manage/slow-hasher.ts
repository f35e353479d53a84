import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import type { Hasher, HashVerdict } from '../../src/crypto/hasher.js'

/** A hasher whose hashes are salted at random, as slow ones are: scrypt, at a cost that tests can bear. */
export function slowHasher(cost = 256): Hasher {
  const currentPrefix = `$scrypt$n=${cost}$`
  const read = (text: string) => {
    const [, n, salt, hash] = /^\$scrypt\$n=(\d+)\$([\w-]+)\$([\w-]+)$/.exec(text) ?? []
    return { n: Number(n), salt: Buffer.from(salt ?? '', 'base64url'), hash: Buffer.from(hash ?? '', 'base64url') }
  }
  return {
    currentPrefix,
    prefixes: ['$scrypt$'],
    pepperIds: [],
    sharesKeyWith: () => false,
    hash: ({ token }) => {
      const salt = randomBytes(16)
      const hash = scryptSync(token, salt, 32, { N: cost })
      return `${currentPrefix}${salt.toString('base64url')}$${hash.toString('base64url')}`
    },
    verify: (stored, { token }): HashVerdict => {
      const index = stored.map(read).findIndex(({ n, salt, hash }) => {
        return timingSafeEqual(scryptSync(token, salt, 32, { N: n }), hash)
      })
      if (index === -1) return { outcome: 'mismatch' }
      return { outcome: 'match', index, stale: stored[index]?.startsWith(currentPrefix) !== true }
    },
    dummy: ({ token }) => {
      scryptSync(token, 'salt', 32, { N: cost })
    },
  }
}
