import {
  type FailureBound,
  type FailureLimiter,
  type FailureVerdict,
  InvalidOptions,
  memoryFailureLimiter,
} from '@keywright/core'
import { checkNames, type NamesOf, wholeNumber } from '@keywright/core/adapter'
import { circuitBreaker } from './circuit-breaker.js'
import {
  boundKeys,
  parseReserveReply,
  renewScript,
  reserveArguments,
  reserveScript,
  settleScript,
} from './failure-script.js'
import { openAttempts } from './open-attempts.js'
import { outageReport } from './outage-report.js'
import { isRedisClient, type RedisClient, runScript } from './redis-client.js'

/** Options of {@link redisFailureLimiter}. */
export interface RedisFailureLimiterOptions {
  /** Put before each key in Redis. It must not contain braces. @defaultValue 'keywright:failures:' */
  readonly keyPrefix?: string | undefined
  /**
   * About how many processes share the limit: a whole number, 1 or more. While Redis is unavailable, each counts by itself, up to
   * `limit / expectedInstances`. @defaultValue 1: each process admits the whole limit
   */
  readonly expectedInstances?: number | undefined
  /** How long Redis may take to answer, in whole milliseconds from 1 to 1000. @defaultValue 40 */
  readonly timeoutMs?: number | undefined
  /**
   * Called at most once a minute with the error that keeps the limiter from Redis.
   * @defaultValue a process warning with the code `KEYWRIGHT_REDIS_UNAVAILABLE`
   */
  readonly onOutage?: ((error: unknown) => void) | undefined
}

const optionNames: NamesOf<RedisFailureLimiterOptions> = {
  keyPrefix: true,
  expectedInstances: true,
  timeoutMs: true,
  onOutage: true,
}

/** For how long calls skip Redis after a failure. */
const pauseMs = 250
/** Ends of attempts that Redis could not be told of, kept to be told later. Beyond it, the oldest is dropped and stays counted. */
const maxOwed = 10_000
/** Told at a time, so that a recovering Redis is not flooded. */
const maxTold = 100

/** The end of an attempt, for Redis. */
interface Settlement {
  readonly keys: readonly string[]
  readonly id: string
  readonly failed: boolean
}

/**
 * Makes a failure limiter that counts in Redis: all processes together look up at most `failureLimit.limit` bad keys of one
 * network in a window. Each attempt costs one round trip before its key is looked up, and one command after it that nobody waits
 * for.
 *
 * Redis may be down at start-up or later: each process then counts by itself, from zero. The attempts that a killed process had
 * under way hold their units for 6 seconds.
 *
 * @param client - A client of `ioredis` or `redis` that you connect and close.
 *
 * @example
 * ```ts
 * const keyring = createKeyring({
 *   ...options,
 *   failureLimit: { limit: 100, windowMs: 60_000 },
 *   failureLimiter: redisFailureLimiter(redis, { expectedInstances: 4 }),
 * })
 * ```
 *
 * @throws {@link InvalidOptions} when `client` is no client of `ioredis` or `redis`, or an option is unknown or wrong.
 */
export function redisFailureLimiter(client: RedisClient, options: RedisFailureLimiterOptions = {}): FailureLimiter {
  checkNames(options, optionNames)
  const { keyPrefix = 'keywright:failures:', expectedInstances = 1, timeoutMs = 40 } = options
  if (!isRedisClient(client)) throw new InvalidOptions('client', 'a client of ioredis or redis')
  if (typeof keyPrefix !== 'string' || /[{}]/.test(keyPrefix)) {
    throw new InvalidOptions('keyPrefix', 'a string without braces')
  }
  wholeNumber(expectedInstances, 'expectedInstances', { least: 1 })
  wholeNumber(timeoutMs, 'timeoutMs', { least: 1, most: 1_000 })
  const report = outageReport(options.onOutage)
  const breaker = circuitBreaker({ timeoutMs, pauseMs })
  const local = memoryFailureLimiter()
  const owed: Settlement[] = []
  const open = openAttempts((keys, ids) => {
    // The next reservation tells of an outage.
    breaker(() => runScript(client, renewScript, keys, ids)).catch(() => {})
  })

  function owe(settlement: Settlement): void {
    owed.push(settlement)
    if (owed.length > maxOwed) owed.shift()
  }

  /** Tells Redis how an attempt ended; where it cannot be told now, later. */
  function settle(settlement: Settlement): void {
    const { keys, id, failed } = settlement
    breaker(() => runScript(client, settleScript, keys, [id, failed ? '1' : '0'])).catch((error: unknown) => {
      owe(settlement)
      report.failed(error)
    })
  }

  async function reserveInRedis(bounds: readonly FailureBound[]): Promise<FailureVerdict> {
    const attempt = { keys: boundKeys(keyPrefix, bounds), id: crypto.randomUUID() }
    let isSent = false
    try {
      const answer = await breaker(() => {
        isSent = true
        return runScript(client, reserveScript, attempt.keys, reserveArguments(attempt.id, bounds))
      })
      const refused = parseReserveReply(answer, bounds)
      for (const settlement of owed.splice(0, maxTold)) settle(settlement)
      if (refused !== null) return refused
      open.begun(attempt)
      return {
        reserved: true,
        settle: (failed) => {
          open.ended(attempt)
          settle({ ...attempt, failed })
        },
      }
    } catch (error) {
      // Redis may have reserved it and answered too late.
      if (isSent) owe({ ...attempt, failed: false })
      throw error
    }
  }

  /** Counts in this process, up to its share. */
  async function reserveHere(bounds: readonly FailureBound[]): Promise<FailureVerdict> {
    const share = (limit: number) => Math.max(Math.floor(limit / expectedInstances), 1)
    const verdict = await local.reserve(bounds.map((bound) => ({ ...bound, limit: share(bound.limit) })))
    if (verdict.reserved) return verdict
    return { ...verdict, bound: bounds.find(({ network }) => network === verdict.bound.network) ?? verdict.bound }
  }

  return {
    reserve: async (bounds) => {
      try {
        const verdict = await reserveInRedis(bounds)
        report.worked()
        return verdict
      } catch (error) {
        report.failed(error)
        return reserveHere(bounds)
      }
    },
  }
}
