import { HostUnavailable } from '../errors/index.js'
import { DeadlineExceeded, withDeadline } from '../values/index.js'

/**
 * Waits for what the host gave a keyring, under a deadline.
 *
 * @param part - The name of the option that is asked.
 * @throws HostUnavailable (as a rejection) when it is late; what it throws itself passes as it is.
 */
export type InTime = <T>(part: string, work: () => T | PromiseLike<T>) => Promise<T>

/** @param ms - Milliseconds, for each call. */
export function inTimeOf(ms: number): InTime {
  return async (part, work) => {
    const lateness = new DeadlineExceeded(ms)
    try {
      return await withDeadline(work, ms, { lateness })
    } catch (cause) {
      throw cause === lateness ? new HostUnavailable(part, { cause }) : cause
    }
  }
}
