import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Hasher, HashVerdict } from '@keywright/core'
import type { Cost } from './cost.js'
import { type Argon2idOptions, readOptions } from './options.js'
import { algorithmPrefix, formatHash, parseHash, prefixOf } from './phc-string.js'
import { createSlots } from './slots.js'

const SALT_BYTES = 16

/**
 * Hashes tokens with argon2id, for secrets that can be guessed: keys from elsewhere, or chosen by people. Keys that Keywright
 * makes cannot be; `hmacSha256` is as safe for them, and thousands of times faster.
 *
 * Only so many hashes are made at a time, off the event loop, and only so many wait (HASH-10): make one hasher a process.
 * Beyond that, its methods reject with `HasherBusy`, and a keyring refuses the request as `auth_unavailable`. Hashes of another
 * cost still match, and are reported as stale.
 *
 * @throws InvalidOptions for a cost below the minima of OWASP, or above what one request may take.
 * @throws Error where the engine, `@node-rs/argon2`, has no code for this platform.
 */
export function argon2id(options: Argon2idOptions = {}): Hasher {
  const { cost, ...limits } = readOptions(options)
  const engine = loadEngine()
  const inTurn = createSlots(limits)
  const currentPrefix = prefixOf(cost)

  function digest(token: string, { memoryKiB, iterations, parallelism }: Cost, salt: Uint8Array): Promise<Buffer> {
    return engine.hashRaw(token, {
      // Argon2id and version 19, in numbers: the names are a `const enum`, which is not there at run time.
      algorithm: 2,
      version: 1,
      memoryCost: memoryKiB,
      timeCost: iterations,
      parallelism,
      outputLen: 32,
      salt,
    })
  }

  return {
    currentPrefix,
    prefixes: [algorithmPrefix],
    pepperIds: [],
    sharesKeyWith: () => false,

    hash: ({ token }) =>
      inTurn(async () => {
        const salt = randomBytes(SALT_BYTES)
        return formatHash({ cost, salt, hash: await digest(token, cost, salt) })
      }),

    verify: async (stored, { token }) => {
      const rows = stored.map(parseHash)
      const unreadable = rows.indexOf(null)
      const noMatch: HashVerdict =
        unreadable === -1 ? { outcome: 'mismatch' } : { outcome: 'misconfigured', index: unreadable }
      if (rows.every((row) => row === null)) return noMatch

      // One turn for all of them: a verification is never refused half-way.
      return inTurn(async () => {
        for (const [index, row] of rows.entries()) {
          if (row === null || !timingSafeEqual(await digest(token, row.cost, row.salt), row.hash)) continue
          const stale = prefixOf(row.cost) !== currentPrefix || row.salt.length < SALT_BYTES
          return { outcome: 'match', index, stale }
        }
        return noMatch
      })
    },

    dummy: ({ token }) =>
      inTurn(async () => {
        await digest(token, cost, Buffer.alloc(SALT_BYTES))
      }),
  }
}

/** Not on import: code that only names this package needs no engine, and code that uses it fails at start-up without one. */
function loadEngine(): typeof import('@node-rs/argon2') {
  const require = createRequire(import.meta.url)
  return require('@node-rs/argon2')
}
