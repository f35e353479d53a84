import { InvalidOptions } from '../errors/index.js'

/**
 * What reads the time of a limiter in memory, in milliseconds: of the option `now`, or of the monotonic clock.
 *
 * @throws {@link InvalidOptions} when `now` is given and not a function.
 */
export function readClockOf(now: (() => Date) | undefined): () => number {
  if (now === undefined) return () => performance.now()
  if (typeof now !== 'function') throw new InvalidOptions('now', 'a function that returns a Date')
  return () => now().getTime()
}
