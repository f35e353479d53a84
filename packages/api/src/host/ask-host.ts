import { HostUnavailable } from '@keywright/core'
import { DeadlineExceeded, withDeadline } from '@keywright/core/adapter'

/**
 * Calls a function of the host and parses its answer.
 *
 * @param name - The name of the function, for the error.
 * @param parse - Returns what the answer means. Throws if it is not a valid answer.
 * @throws HostUnavailable if the function is late; Error if it throws, or gives an answer that is not valid. The client gets 503.
 */
export async function askHost<Answer, T>(
  name: string,
  ask: () => Answer | Promise<Answer>,
  parse: (answer: Answer) => T,
  timeoutMs: number,
): Promise<T> {
  const lateness = new DeadlineExceeded(timeoutMs)
  try {
    return parse(await withDeadline(ask, timeoutMs, { lateness }))
  } catch (cause) {
    if (cause === lateness) throw new HostUnavailable(name, { cause })
    // Wrapped: otherwise the client could get a keyring error of the host's own code as if it were about this request.
    throw new Error(`${name} failed, so the request was answered with 503.`, { cause })
  }
}
