import {
  type FailureBound,
  type FailureLimiter,
  type FailureVerdict,
  InvalidOptions,
  memoryFailureLimiter,
} from '@keywright/core'
import { checkNames, type NamesOf, wholeNumber } from '@keywright/core/adapter'
import {
  boundKeys,
  parseReserveReply,
  renewScript,
  reserveArguments,
  reserveScript,
  settleScript,
} from './failure-script.js'
import { nodeBreakers } from './node-breakers.js'
import { openAttempts } from './open-attempts.js'
import { outageReport } from './outage-report.js'
import { owedSettlements, type Settlement } from './owed-settlements.js'
import type { RedisClient } from './redis-client.js'
import type { ScriptCall } from './script-call.js'
import { scriptRunner } from './script-runner.js'

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

/**
 * Makes a failure limiter that counts in Redis: all processes together look up at most `failureLimit.limit` bad keys of one
 * network in a window. Each attempt costs one round trip before its key is looked up, and one command after it that nobody waits
 * for.
 *
 * Redis may be down at start-up or later: each process then counts by itself, from zero. While a node of a Redis Cluster is
 * away, that is so for the networks on it alone. The attempts that a killed process had under way hold their units for 6 seconds.
 *
 * @param client - A client of `ioredis` or `redis` that you connect and close: of one server, of a cluster, or a pool. Or one of
 * `@upstash/redis`.
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
 * @throws {@link InvalidOptions} when `client` is no client of these packages, or an option is unknown or wrong.
 */
export function redisFailureLimiter(client: RedisClient, options: RedisFailureLimiterOptions = {}): FailureLimiter {
  checkNames(options, optionNames)
  const { keyPrefix = 'keywright:failures:', expectedInstances = 1, timeoutMs = 40 } = options
  const runner = scriptRunner(client)
  if (typeof keyPrefix !== 'string' || /[{}]/.test(keyPrefix)) {
    throw new InvalidOptions('keyPrefix', 'a string without braces')
  }
  wholeNumber(expectedInstances, 'expectedInstances', { least: 1 })
  wholeNumber(timeoutMs, 'timeoutMs', { least: 1, most: 1_000 })
  const report = outageReport(options.onOutage)
  const breakerOf = nodeBreakers({ timeoutMs, pauseMs })
  const local = memoryFailureLimiter()
  const owed = owedSettlements(runner.nodeOf)
  const run = (call: ScriptCall): Promise<unknown> =>
    breakerOf(runner.nodeOf(call.keys))((attempt) => runner.run(call, attempt))
  const open = openAttempts((keys, ids) => {
    run({ script: renewScript, keys, args: ids }).catch(() => {}) // the next reservation tells of an outage
  })

  /** Tells Redis how an attempt ended; where it cannot be told now, later. */
  function settle(settlement: Settlement): void {
    const { keys, id, failed } = settlement
    run({ script: settleScript, keys, args: [id, failed ? '1' : '0'] }).catch((error: unknown) => {
      owed.add(settlement)
      report.failed(error)
    })
  }

  async function reserveInRedis(bounds: readonly FailureBound[]): Promise<FailureVerdict> {
    const attempt = { keys: boundKeys(keyPrefix, bounds), id: crypto.randomUUID() }
    const call = { script: reserveScript, keys: attempt.keys, args: reserveArguments(attempt.id, bounds) }
    const node = runner.nodeOf(attempt.keys)
    let isSent = false
    try {
      const answer = await breakerOf(node)((one) => {
        isSent = true
        return runner.run(call, one)
      })
      const refused = parseReserveReply(answer, bounds)
      for (const settlement of owed.takeFor(node)) settle(settlement)
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
      if (isSent) owed.add({ ...attempt, failed: false })
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
