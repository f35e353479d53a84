import { InvalidInput, InvalidOptions } from '@keywright/core'

/**
 * A clock that stands still until a test moves it. The store, the rate limits and the limit of failed attempts of a test keyring
 * go by it: not the deadlines of calls, nor `cache`.
 */
export interface TestClock {
  /** The time, in milliseconds since 1970. May be assigned. */
  at: number
  /** Returns the time. */
  now(): Date
  /**
   * Moves the clock on by `ms` milliseconds.
   *
   * @throws {@link InvalidInput} when `ms` is not a whole number, 0 or more.
   *
   * @example
   * ```ts
   * clock.advance(3_600_000) // an hour later
   * ```
   */
  advance(ms: number): void
  /**
   * Sets the clock to an instant.
   *
   * @throws {@link InvalidInput} when `instant` is not a valid Date.
   */
  set(instant: Date): void
}

/** Makes a clock that shows `startAt`. @throws {@link InvalidOptions} when that is not a valid Date. */
export function testClock(startAt: Date): TestClock {
  if (!isInstant(startAt)) throw new InvalidOptions('startAt', 'a valid Date')
  const clock: TestClock = {
    at: startAt.getTime(),
    now: () => new Date(clock.at),
    advance: (ms) => {
      if (!Number.isSafeInteger(ms) || ms < 0) {
        throw new InvalidInput('ms', 'a whole number of milliseconds, 0 or more; set moves the clock back')
      }
      clock.at += ms
    },
    set: (instant) => {
      if (!isInstant(instant)) throw new InvalidInput('instant', 'a valid Date')
      clock.at = instant.getTime()
    },
  }
  return clock
}

function isInstant(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime())
}
