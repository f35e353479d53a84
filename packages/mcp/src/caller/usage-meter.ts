import type { Verdict } from '@keywright/core'
import type { MoreUnits } from '@keywright/core/adapter'
import type { Caller } from './caller.js'

/**
 * Counts the messages of one request against the limits of its key. The gate has already taken one unit and counted one use:
 * they stand for the first message.
 *
 * @param again - Verifies the same key once more. Called only when a message costs more than the gate has taken.
 */
export function usageMeter(again: (units: MoreUnits) => Promise<Verdict>): Caller['meter'] {
  let paidUnits = 1
  let isFirstMessage = true
  return async (cost) => {
    const unpaidUnits = Math.max(0, cost - paidUnits)
    const countUsage = !isFirstMessage
    paidUnits = Math.max(0, paidUnits - cost)
    isFirstMessage = false
    if (unpaidUnits === 0 && !countUsage) return null
    const verdict = await again({ cost: unpaidUnits, countUsage })
    return verdict.ok ? null : verdict.refusal
  }
}
