import { InvalidOptions } from '@keywright/core'
import {
  checkTake,
  denialOf,
  type RateLimiter,
  type RateLimitPolicy,
  type RateLimitVerdict,
} from '@keywright/core/limits'
import { circuitBreaker } from './circuit-breaker.js'
import { isRedisClient, type RedisClient, runScript } from './redis-client.js'
import { readTaken, takeArguments, takeKeys, takeScript } from './take-script.js'
import { countLocally, letThrough, type WithoutRedis } from './without-redis.js'

/** Options of {@link redisRateLimiter}. */
export interface RedisRateLimiterOptions {
  /** Put before each key in Redis; without braces. @defaultValue 'keywright:limit:' */
  readonly keyPrefix?: string | undefined
  /**
   * What becomes of calls while Redis is out of reach (RATE-8). Each verdict says `degraded` then.
   *
   * - `local`: each process counts by itself, up to `limit / expectedInstances`.
   * - `open`: all are admitted.
   * - `closed`: `take` throws {@link RateLimiterUnavailable}; as HTTP, 503.
   *
   * @defaultValue 'local'
   */
  readonly outage?: 'local' | 'open' | 'closed' | undefined
  /** How many processes share the limits, roughly: for `local`. @defaultValue 1: each admits the whole limit */
  readonly expectedInstances?: number | undefined
  /** How long Redis may take to answer, 1 to 1000. @defaultValue 40 */
  readonly timeoutMs?: number | undefined
  /** Told what hinders it, at most once a minute. @defaultValue a process warning, `KEYWRIGHT_REDIS_UNAVAILABLE` */
  readonly onOutage?: ((error: unknown) => void) | undefined
}

/** Redis is out of reach, and the limiter was told to let nobody through then. */
export class RateLimiterUnavailable extends Error {
  override readonly name = 'RateLimiterUnavailable'
  readonly code = 'rate_limiter_unavailable'

  constructor(options: ErrorOptions) {
    super('The rate limiter cannot reach Redis', options)
  }
}

/** How long Redis is left alone after a failure: then one call tries again, and only that one may have to wait. */
const pauseMs = 250

/**
 * Counts in Redis: all processes together admit the limit, exactly (RATE-4). One round trip a call, by the clock of Redis
 * (RATE-7).
 *
 * Redis may be down, at the start or later: calls are decided within `timeoutMs` all the same, as `outage` says, and by Redis
 * again as soon as it answers. Counts that Redis has lost begin anew.
 *
 * @throws InvalidOptions
 */
export function redisRateLimiter(client: RedisClient, options: RedisRateLimiterOptions = {}): RateLimiter {
  const { keyPrefix = 'keywright:limit:', outage = 'local', expectedInstances = 1, timeoutMs = 40 } = options
  if (!isRedisClient(client)) throw new InvalidOptions('client', 'a client of ioredis or redis')
  if (typeof keyPrefix !== 'string' || /[{}]/.test(keyPrefix)) {
    throw new InvalidOptions('keyPrefix', 'a text without braces')
  }
  if (!Number.isSafeInteger(expectedInstances) || expectedInstances < 1) {
    throw new InvalidOptions('expectedInstances', 'a whole number, 1 or more')
  }
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 1_000) {
    throw new InvalidOptions('timeoutMs', 'whole milliseconds from 1 to 1000')
  }
  const withoutRedis = readOutage(outage, expectedInstances)
  const report = onceAMinute(options.onOutage ?? warn)
  const breaker = circuitBreaker({ timeoutMs, pauseMs })

  async function askRedis(
    subject: string,
    policies: readonly RateLimitPolicy[],
    cost: number,
  ): Promise<RateLimitVerdict> {
    const keys = takeKeys(keyPrefix, subject, policies)
    const answer = await runScript(client, takeScript, keys, takeArguments(policies, cost))
    const { taken, states } = readTaken(answer, policies)
    if (taken) return { admitted: true, states, degraded: false }
    const denial = denialOf(states, cost)
    if (denial === null) throw new Error('Redis refused what it has left')
    return denial
  }

  return {
    async take(subject, policies, cost) {
      checkTake(policies, cost)
      try {
        return await breaker(() => askRedis(subject, policies, cost))
      } catch (cause) {
        report(cause)
        if (withoutRedis === null) throw new RateLimiterUnavailable({ cause })
        return withoutRedis(subject, policies, cost)
      }
    },
  }
}

function readOutage(outage: unknown, expectedInstances: number): WithoutRedis | null {
  if (outage === 'local') return countLocally(expectedInstances)
  if (outage === 'open') return letThrough
  if (outage === 'closed') return null
  throw new InvalidOptions('outage', 'local, open or closed')
}

function onceAMinute(tell: (error: unknown) => void): (error: unknown) => void {
  let toldAt = Number.NEGATIVE_INFINITY
  return (error) => {
    if (performance.now() - toldAt < 60_000) return
    toldAt = performance.now()
    try {
      tell(error)
    } catch {
      // The host's observer is not on the way of the request.
    }
  }
}

function warn(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error)
  process.emitWarning(`Rate limits are decided without Redis: ${reason}`, {
    type: 'KeywrightWarning',
    code: 'KEYWRIGHT_REDIS_UNAVAILABLE',
  })
}
