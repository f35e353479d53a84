import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Hasher, HashInput, HashVerdict } from '@keywright/core'
import { badKeyWork } from './bad-key-work.js'
import type { Cost } from './cost.js'
import { type Argon2idOptions, parseOptions } from './parse-options.js'
import { algorithmPrefix, formatHash, parseHash, prefixOf } from './phc-string.js'
import { createSemaphore, type Sharers } from './semaphore.js'

const SALT_BYTES = 16

/**
 * Hashes tokens with argon2id, for secrets that can be guessed: keys that come from elsewhere, or were chosen by people. Keys
 * that Keywright generates cannot be guessed. For them, `hmacSha256` is as safe and thousands of times faster.
 *
 * The hasher limits how many hashes run and wait at a time, so make one hasher for each process. The places are shared fairly
 * among client networks, and among the keys of a network: one that sends too much keeps out itself. Beyond the limits, its
 * methods reject with {@link HasherBusy}, and a keyring refuses the request as `auth_unavailable`. Hashes of another cost
 * still match, and are reported as stale.
 *
 * A bad key costs two hashes, whether its id has one hash, two, or none, and two more for each other cost that stored hashes have.
 *
 * @example
 * ```ts
 * const keyring = createKeyring({ prefix: 'tk', access, store, resolveOwner, hasher: argon2id() })
 * ```
 *
 * @throws {@link InvalidOptions} when an option is unknown or out of range, or the cost is below the OWASP minima.
 * @throws Error when `@node-rs/argon2` has no build for this platform.
 */
export function argon2id(options: Argon2idOptions = {}): Hasher {
  const { cost, earlierCosts, ...limits } = parseOptions(options)
  const engine = loadEngine()
  const runLimited = createSemaphore(limits)
  const badKeys = badKeyWork([cost, ...earlierCosts])
  const currentPrefix = prefixOf(cost)

  function digest(token: string, { memoryKiB, iterations, parallelism }: Cost, salt: Uint8Array): Promise<Buffer> {
    return engine.hashRaw(token, {
      // Argon2id and version 19 as numbers, since their names are a `const enum`, which does not exist at run time.
      algorithm: 2,
      version: 1,
      memoryCost: memoryKiB,
      timeCost: iterations,
      parallelism,
      outputLen: 32,
      salt,
    })
  }

  const verify = async (stored: readonly string[], { token, ...whose }: HashInput): Promise<HashVerdict> => {
    const rows = stored.map(parseHash)
    const costs = rows.flatMap((row) => (row === null ? [] : [row.cost]))
    for (const each of costs) badKeys.learn(each)
    // One turn for all hashes of a key, so that a verification is never refused half-way.
    return runLimited(sharersOf(whose), async () => {
      for (const [index, row] of rows.entries()) {
        if (row === null || !timingSafeEqual(await digest(token, row.cost, row.salt), row.hash)) continue
        const stale = prefixOf(row.cost) !== currentPrefix || row.salt.length < SALT_BYTES
        return { outcome: 'match', index, stale }
      }
      for (const each of badKeys.restOf(costs)) await digest(token, each, Buffer.alloc(SALT_BYTES))
      const unreadable = rows.indexOf(null)
      return unreadable === -1 ? { outcome: 'mismatch' } : { outcome: 'misconfigured', index: unreadable }
    })
  }

  return {
    currentPrefix,
    prefixes: [algorithmPrefix],
    pepperIds: [],
    sharesKeyWith: () => false,

    hash: ({ token, ...whose }) =>
      runLimited(sharersOf(whose), async () => {
        const salt = randomBytes(SALT_BYTES)
        return formatHash({ cost, salt, hash: await digest(token, cost, salt) })
      }),

    verify,

    dummy: async (input) => {
      await verify([], input)
    },
  }
}

/**
 * First by network, then by the key from there. Not by the key alone: whoever knows the id of a key could crowd out its holder
 * with wrong secrets.
 */
function sharersOf({ id, network }: Omit<HashInput, 'token'>): Sharers {
  const from = network ?? 'unknown'
  return [from, `${from} ${id}`]
}

/** Loaded when a hasher is made, not on import: code that only imports this package does not need the engine. */
function loadEngine(): typeof import('@node-rs/argon2') {
  const require = createRequire(import.meta.url)
  return require('@node-rs/argon2')
}
