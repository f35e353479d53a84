import type { Keyring } from '@keywright/core'
import { adapterOf, withDeadline } from '@keywright/core/adapter'
import { messageForRefusal, refusalData } from '../rpc/refusal-text.js'
import { RpcError } from '../rpc/rpc-error.js'
import { answerMs } from './answer-ms.js'

/**
 * Asks the host something that a decision depends on: an owner's level, a login's right, the resource of a call.
 *
 * @throws {@link HostOutage} (as a rejection) when the host throws, or does not answer in time.
 */
export type AskHost = <T>(work: () => T | PromiseLike<T>) => Promise<T>

/** The refusal of what the host could not say. */
export const hostOutage = { code: 'auth_unavailable', reason: 'keyring', cause: null } as const

/** The host could not say whether a message is allowed. It has no text of the host's: the SDKs show errors to clients. */
export class HostOutage extends RpcError {
  /** The refusal, for programs. */
  readonly refused = refusalData(hostOutage)

  constructor() {
    super(-32603, messageForRefusal(hostOutage), refusalData(hostOutage))
  }
}

/** Makes {@link AskHost} for the host of `keyring`, which is told of each outage. */
export function askHostOf(keyring: Keyring, ms: number = answerMs): AskHost {
  return async (work) => {
    try {
      return await withDeadline(work, ms)
    } catch (error) {
      // A question within another one was told already.
      if (error instanceof HostOutage) throw error
      adapterOf(keyring).notify({ type: 'keyring.unavailable', reason: 'mcp', error })
      throw new HostOutage()
    }
  }
}
