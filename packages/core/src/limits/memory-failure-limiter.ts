import { checkNames, wholeNumber } from '../check/index.js'
import type { FailureBound, FailureLimiter, FailureVerdict, RefusedAttempt } from './failure-limiter.js'
import { readClockOf } from './read-clock-of.js'
import { type WindowCount, windowCounts } from './window-counts.js'

/** Options of {@link memoryFailureLimiter}. */
export interface MemoryFailureLimiterOptions {
  /**
   * Networks kept at once. Beyond it, the one that was idle longest is forgotten. At least 100. @defaultValue 50000
   */
  readonly maxNetworks?: number | undefined
  /** Returns the current time. Replace it in tests. @defaultValue a clock that nobody can set */
  readonly now?: (() => Date) | undefined
}

/** The units of one bound that are gone, in one window. */
interface Count extends WindowCount {
  open: number
  failed: number
}

/**
 * Counts failed attempts in the memory of this process: each process admits the whole limit. No clock that is set changes its
 * windows, unless you give it one.
 *
 * @throws {@link InvalidOptions} when `maxNetworks` is out of range, or `now` is not a function.
 */
export function memoryFailureLimiter(options: MemoryFailureLimiterOptions = {}): FailureLimiter {
  checkNames(options, { maxNetworks: true, now: true })
  const { maxNetworks = 50_000 } = options
  const readClock = readClockOf(options.now)
  wholeNumber(maxNetworks, 'maxNetworks', { least: 100 })
  const counts = windowCounts<Count>(maxNetworks)

  function reserve(bounds: readonly FailureBound[]): FailureVerdict {
    const now = readClock()
    const found = bounds.map((bound) => {
      const id = `${bound.windowMs}\n${bound.network}`
      return { bound, id, count: counts.find(id, now) ?? { open: 0, failed: 0, endsAt: now + bound.windowMs } }
    })
    const refused = found.flatMap(({ bound, count }): readonly RefusedAttempt[] => {
      if (count.open + count.failed < bound.limit) return []
      const resetMs = Math.min(Math.ceil(count.endsAt - now), bound.windowMs)
      return [{ reserved: false, bound, resetMs, isSpent: count.failed >= bound.limit }]
    })
    const longest = longestRefusal(refused)
    if (longest !== null) return longest
    for (const { id, count } of found) {
      count.open += 1
      counts.keep(id, count, now)
    }
    return {
      reserved: true,
      // The counts themselves: a window that is over has others, and these are nobody's any more.
      settle: (failed) => {
        for (const { count } of found) {
          count.open -= 1
          if (failed) count.failed += 1
        }
        for (const { id, count } of found) {
          if (count.open + count.failed === 0) counts.drop(id, count)
        }
      },
    }
  }

  return { reserve }
}

/** Of what refuses an attempt, what lasts longest: first what failures have used up. */
export function longestRefusal(refused: readonly RefusedAttempt[]): RefusedAttempt | null {
  const [first = null, ...others] = refused
  const wait = ({ isSpent, resetMs }: RefusedAttempt) => (isSpent ? resetMs : -1)
  return first === null ? null : others.reduce((longest, one) => (wait(one) > wait(longest) ? one : longest), first)
}
