import { InvalidOptions, type RateLimiter, type RateLimitPolicy, type RateLimitVerdict } from '@keywright/core'
import { checkNames, type NamesOf, wholeNumber } from '@keywright/core/adapter'
import { checkTake, denialOf } from '@keywright/core/limits'
import { allowAll, countLocally, type Fallback } from './fallback.js'
import { nodeBreakers } from './node-breakers.js'
import { outageReport } from './outage-report.js'
import { RateLimiterUnavailable } from './rate-limiter-unavailable.js'
import type { RedisClient } from './redis-client.js'
import { scriptRunner } from './script-runner.js'
import { parseTakeReply, takeArguments, takeKeys, takeScript } from './take-script.js'

/** Options of {@link redisRateLimiter}. */
export interface RedisRateLimiterOptions {
  /** Put before each key in Redis. It must not contain braces. @defaultValue 'keywright:limit:' */
  readonly keyPrefix?: string | undefined
  /**
   * What happens to calls while Redis is unavailable. Verdicts have `degraded: true` then.
   *
   * - `local`: each process counts by itself, up to `limit / expectedInstances`.
   * - `fail-open`: every call is admitted.
   * - `fail-closed`: `take` throws {@link RateLimiterUnavailable}, and HTTP requests get 503.
   *
   * @defaultValue 'local'
   */
  readonly onUnavailable?: 'local' | 'fail-open' | 'fail-closed' | undefined
  /**
   * About how many processes share the limits, for `local`: a whole number, 1 or more. @defaultValue 1: each process admits
   * the whole limit
   */
  readonly expectedInstances?: number | undefined
  /** How long Redis may take to answer, in whole milliseconds from 1 to 1000. @defaultValue 40 */
  readonly timeoutMs?: number | undefined
  /**
   * Called once a minute with the error that keeps the limiter from Redis. An outage that is over within a second does not use
   * up the minute of the next one.
   * @defaultValue a process warning with the code `KEYWRIGHT_REDIS_UNAVAILABLE`, which holds no more of the error than its code
   */
  readonly onOutage?: ((error: unknown) => void) | undefined
}

const optionNames: NamesOf<RedisRateLimiterOptions> = {
  keyPrefix: true,
  onUnavailable: true,
  expectedInstances: true,
  timeoutMs: true,
  onOutage: true,
}

/** For how long calls skip Redis after a failure. Then one call tries again, and only that one may have to wait. */
const pauseMs = 250

/**
 * Makes a rate limiter that counts in Redis, so that all processes together admit exactly the limit. Each call is one round
 * trip, and uses the clock of Redis.
 *
 * Redis may be down at start-up or later. Calls are still decided within `timeoutMs`, as `onUnavailable` says, and by Redis
 * again as soon as it answers. While a node of a Redis Cluster is away, that is so for the subjects on it alone. If Redis loses
 * its counts, they start again from zero.
 *
 * @param client - A client of `ioredis` or `redis` that you connect and close: of one server, of a cluster, or a pool. Or one of
 * `@upstash/redis`.
 *
 * @example
 * ```ts
 * const redis = new Redis('redis://127.0.0.1:6379')
 * redis.on('error', (error) => console.error(error))
 * const rateLimiter = redisRateLimiter(redis, { expectedInstances: 4 }) // an option of createKeyring
 * ```
 *
 * @throws {@link InvalidOptions} when `client` is no client of these packages, or an option is unknown or wrong.
 */
export function redisRateLimiter(client: RedisClient, options: RedisRateLimiterOptions = {}): RateLimiter {
  checkNames(options, optionNames)
  const { keyPrefix = 'keywright:limit:', onUnavailable = 'local', expectedInstances = 1, timeoutMs = 40 } = options
  const runner = scriptRunner(client)
  if (typeof keyPrefix !== 'string' || /[{}]/.test(keyPrefix)) {
    throw new InvalidOptions('keyPrefix', 'a string without braces')
  }
  wholeNumber(expectedInstances, 'expectedInstances', { least: 1 })
  wholeNumber(timeoutMs, 'timeoutMs', { least: 1, most: 1_000 })
  const fallback = parseFallback(onUnavailable, expectedInstances)
  const report = outageReport(options.onOutage)
  const breakerOf = nodeBreakers({ timeoutMs, pauseMs })

  async function askRedis(
    subject: string,
    policies: readonly RateLimitPolicy[],
    cost: number,
  ): Promise<RateLimitVerdict> {
    const keys = takeKeys(keyPrefix, subject, policies)
    const call = { script: takeScript, keys, args: takeArguments(policies, cost) }
    const { taken, states } = await breakerOf(runner.nodeOf(keys))(async (attempt) =>
      parseTakeReply(await runner.run(call, attempt), policies),
    )
    if (taken) return { admitted: true, states, degraded: false }
    const denial = denialOf(states, cost)
    if (denial === null) throw new Error('Redis refused a call that its own counts allow')
    return denial
  }

  return {
    async take(subject, policies, cost) {
      checkTake(policies, cost)
      try {
        const verdict = await askRedis(subject, policies, cost)
        report.worked()
        return verdict
      } catch (cause) {
        report.failed(cause)
        if (fallback === null) throw new RateLimiterUnavailable({ cause })
        return fallback(subject, policies, cost)
      }
    },
  }
}

/** @returns `null` for `fail-closed`. */
function parseFallback(onUnavailable: unknown, expectedInstances: number): Fallback | null {
  if (onUnavailable === 'local') return countLocally(expectedInstances)
  if (onUnavailable === 'fail-open') return allowAll
  if (onUnavailable === 'fail-closed') return null
  throw new InvalidOptions('onUnavailable', 'local, fail-open or fail-closed')
}
