import { InvalidOptions } from '../errors/index.js'
import { ipNetwork, ipSite } from '../ip/index.js'
import { isPromise, type MaybePromise, type RateLimit } from '../values/index.js'
import { attemptLines } from './attempt-lines.js'
import type { FailureBound, FailureLimiter, FailureVerdict } from './failure-limiter.js'
import { heldAnswers } from './held-answers.js'
import { memoryFailureLimiter } from './memory-failure-limiter.js'
import { memoryRateLimiter } from './memory-rate-limiter.js'
import { isRateLimit } from './parse-rate-limits.js'
import type { RateLimitDenial, RateLimitPolicy } from './rate-limiter.js'

/** Counts failed attempts, apart from the uses of good keys. */
export interface FailedAttempts {
  /**
   * Reserves an attempt for a network, before anything is looked up, or tells that the network has failed too often. Waits where
   * too many attempts of the network are under way to know.
   *
   * @param waitMs - How long.
   * @returns `null` where attempts are not counted.
   */
  reserve(ip: string | null, waitMs: number): MaybePromise<Attempt | TooManyFailures> | null
  /**
   * To be called after a failed attempt, before it is answered: answers late where there were too many at its id. That slows the
   * guesser and no one else. Where the id is a key's, the host hears of it. `null`: the attempt was at no id.
   */
  delay(ip: string | null, id: string | null, isKey: boolean): Promise<void>
}

/** An attempt that may be made. */
export interface Attempt {
  readonly reserved: true
  /** To be called once, when it is known what the attempt was. Until then it counts as failed. */
  settle(failed: boolean): void
}

/** What a network is told that has failed too often. */
export interface TooManyFailures {
  readonly reserved: false
  readonly denial: RateLimitDenial
}

/** More wrong secrets than this for one id, and each further answer is late. */
const perKey: RateLimitPolicy = { name: 'bad secrets for one key', limit: 10, windowMs: 60_000 }

/** A /48 has 65,536 networks, which one attacker may have all; but also many subscribers, of which one must not lock out all. */
const siteFactor = 16

/**
 * Counts in pools of its own: what an attacker chooses cannot push out the counts of good keys.
 *
 * @param onGuess - Told of each answer that is late because a key was guessed at.
 * @throws {@link InvalidOptions}
 */
export function failedAttempts(
  { failureLimit, failureLimiter }: { readonly failureLimit?: unknown; readonly failureLimiter?: unknown },
  onGuess: (keyId: string, ip: string | null) => void,
): FailedAttempts {
  if (failureLimit !== undefined && !isRateLimit(failureLimit)) {
    throw new InvalidOptions('failureLimit', '{ limit, windowMs }, with a window of whole seconds')
  }
  const limiter = readLimiter(failureLimiter)
  if (failureLimit === undefined && failureLimiter !== undefined) {
    throw new InvalidOptions('failureLimit', '', 'Option failureLimiter counts nothing without failureLimit: set both.')
  }
  const lines = attemptLines(limiter)
  const ids = memoryRateLimiter({ maxCounts: 50_000 })
  const { hold } = heldAnswers()
  return {
    reserve: (ip, waitMs) => {
      const bounds = failureLimit === undefined ? null : boundsOf(ip, failureLimit)
      if (bounds === null) return null
      const reserving = lines.reserve(bounds, waitMs)
      return isPromise(reserving) ? reserving.then(attemptOf) : attemptOf(reserving)
    },
    delay: async (ip, id, isKey) => {
      if (id === null) return
      const { admitted } = await ids.take(id, [perKey], 1)
      if (admitted) return
      if (isKey) onGuess(id, ip)
      // By what was presented and by what is held, never by what was found: a delay must not tell which ids there are.
      await hold(ipNetwork(ip) ?? 'unknown')
    },
  }
}

type Bounds = readonly [FailureBound, ...FailureBound[]]

/** What an attempt from an address counts against, the narrowest first; `null`: an address that is unknown counts nowhere. */
function boundsOf(ip: string | null, { limit, windowMs }: RateLimit): Bounds | null {
  const network = ipNetwork(ip)
  if (network === null) return null
  const site = ipSite(ip)
  const own: FailureBound = { network, limit, windowMs }
  return site === null ? [own] : [own, { network: site, limit: limit * siteFactor, windowMs }]
}

function attemptOf(verdict: FailureVerdict): Attempt | TooManyFailures {
  return verdict.reserved ? verdict : { reserved: false, denial: denialBy(verdict.bound, verdict.resetMs) }
}

function denialBy({ limit, windowMs }: FailureBound, resetMs: number): RateLimitDenial {
  const states = [{ policy: { name: 'failures', limit, windowMs }, remaining: 0, resetMs }]
  return { admitted: false, violated: ['failures'], retryAfterMs: resetMs, states, degraded: false }
}

function readLimiter(limiter: unknown): FailureLimiter {
  if (limiter === undefined) return memoryFailureLimiter()
  if (typeof (limiter as Partial<FailureLimiter> | null)?.reserve === 'function') return limiter as FailureLimiter // as was just asked
  throw new InvalidOptions('failureLimiter', 'a failure limiter such as redisFailureLimiter(client)')
}
