import { DeadlineExceeded } from '../values/index.js'
import type { Refusal } from '../verdict/index.js'

/** What a verification could not do without. */
export type FaultReason = Extract<Refusal, { code: 'auth_unavailable' }>['reason']

/** Something that the verdict needs did not work. */
class Fault extends Error {
  override readonly name = 'Fault'
  readonly reason: FaultReason

  constructor(reason: FaultReason, cause: unknown) {
    super(`The verification needs the ${reason}, which failed.`, { cause })
    this.reason = reason
  }
}

/** For `catch`: says which part of the verification failed. */
export function fault(reason: FaultReason): (cause: unknown) => never {
  return (cause) => {
    throw new Fault(reason, cause)
  }
}

/** The refusal for whatever a verification threw. */
export function refusalOfFault(error: unknown): Extract<Refusal, { code: 'auth_unavailable' }> {
  const code = 'auth_unavailable'
  if (error instanceof Fault) return { code, reason: error.reason, cause: error.cause }
  return { code, reason: error instanceof DeadlineExceeded ? 'timeout' : 'store', cause: error }
}
