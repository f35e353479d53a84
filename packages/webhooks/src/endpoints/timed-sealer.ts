import { HostUnavailable, type Sealer } from '@keywright/core'
import { DeadlineExceeded, withDeadline } from '@keywright/core/adapter'

/** A sealer that seals and opens under a deadline, in ms: it may be a service that does not answer. */
export function timedSealer(sealer: Sealer, ms: number): Pick<Sealer, 'seal' | 'open'> {
  const inTime = async (work: () => string | Promise<string>): Promise<string> => {
    const lateness = new DeadlineExceeded(ms)
    try {
      return await withDeadline(async () => work(), ms, { lateness })
    } catch (cause) {
      throw cause === lateness ? new HostUnavailable('sealer', { cause }) : cause
    }
  }
  return {
    seal: (plaintext, context) => inTime(() => sealer.seal(plaintext, context)),
    open: (sealed, context) => inTime(() => sealer.open(sealed, context)),
  }
}
