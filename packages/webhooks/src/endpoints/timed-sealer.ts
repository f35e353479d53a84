import type { Sealer } from '@keywright/core'
import { inTimeOf } from '@keywright/core/adapter'

/** A sealer that seals and opens under a deadline, in ms: it may be a service that does not answer. */
export function timedSealer(sealer: Sealer, ms: number): Pick<Sealer, 'seal' | 'open'> {
  const inTime = inTimeOf(ms)
  return {
    seal: (plaintext, context) => inTime('sealer', () => sealer.seal(plaintext, context)),
    open: (sealed, context) => inTime('sealer', () => sealer.open(sealed, context)),
  }
}
