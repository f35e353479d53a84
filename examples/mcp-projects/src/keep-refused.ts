import type { Keyring, ToolCall } from '@keywright/core'
import type { access } from './access.js'

/** Keeps the calls that were refused in the audit log, between the changes of keys and in the same chain. */
export function keepRefused({ audit }: Keyring<typeof access>): (call: ToolCall) => Promise<void> {
  return async (call) => {
    if (call.decision === 'allowed') return
    await audit.recordCall(call).catch((error: unknown) => console.error(error))
  }
}
