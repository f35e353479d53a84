import { InvalidOptions } from '../errors/index.js'
import {
  isRateLimit,
  memoryRateLimiter,
  networkOf,
  type RateLimitDenial,
  type RateLimitPolicy,
} from '../limits/index.js'
import type { KeyringEvent } from './event.js'

/** Takes note of bad keys, apart from the good ones (RATE-6). */
export interface Guesses {
  /** The refusal of a network that has presented too many bad keys; `null`: go on. Takes nothing. */
  check(ip: string | null): Promise<RateLimitDenial | null>
  /**
   * Counts a bad key, and answers late where its id was guessed at too often: that slows the guesser and no one else. Where
   * the id is a key's, the host hears of it. `null`: no id was guessed at.
   */
  count(ip: string | null, id: string | null, isKey: boolean): Promise<void>
}

/** More bad secrets than this for one id, and each further answer is late. */
const perKey: RateLimitPolicy = { name: 'bad secrets for one key', limit: 10, windowMs: 60_000 }
const delayMs = 250

/**
 * Counts in this process alone, in a pool of its own: what an attacker chooses cannot push out the counts of good keys.
 *
 * @throws {@link InvalidOptions}
 */
export function guesses(failureLimit: unknown, emit: (event: KeyringEvent) => void): Guesses {
  if (failureLimit !== undefined && !isRateLimit(failureLimit)) {
    throw new InvalidOptions('failureLimit', '{ limit, windowMs }, with a window of whole seconds')
  }
  const perNetwork = failureLimit === undefined ? [] : [{ ...failureLimit, name: 'failures' }]
  const counted = (ip: string | null): string | null => (perNetwork.length === 0 ? null : networkOf(ip))
  const networks = memoryRateLimiter({ maxCounts: 50_000 })
  const ids = memoryRateLimiter({ maxCounts: 50_000 })
  return {
    check: async (ip) => {
      const network = counted(ip)
      if (network === null) return null
      const { states, degraded } = await networks.take(network, perNetwork, 0)
      if (states.every(({ remaining }) => remaining > 0)) return null
      const waits = states.map(({ resetMs }) => resetMs)
      return { admitted: false, violated: ['failures'], retryAfterMs: Math.max(...waits), states, degraded }
    },
    count: async (ip, id, isKey) => {
      const network = counted(ip)
      if (network !== null) await networks.take(network, perNetwork, 1)
      if (id === null) return
      const { admitted } = await ids.take(id, [perKey], 1)
      if (admitted) return
      if (isKey) emit({ type: 'api_key.guessed_at', keyId: id })
      await new Promise((resolve) => setTimeout(resolve, delayMs))
    },
  }
}
