import type { Verdict } from '@keywright/core'
import type { MoreUnits } from '@keywright/core/adapter'
import type { Caller } from './caller.js'

/** Counts the messages of one request against the limits of its key. */
export interface UsageMeter {
  /** Takes what a message costs, less what was taken in advance. */
  readonly take: Caller['meter']
  /** Takes units for the whole request. `forMessage` of them are for the message that comes first. `null`: no limit applies. */
  prepay(units: number, forMessage: number): Promise<Verdict | null>
}

/**
 * Makes a meter. The gate has already counted one use: it stands for the first message.
 *
 * @param again - Verifies the same key once more. Called only for units that were not taken yet.
 * @param taken - The units that the gate has taken.
 * @param limited - Whether rate limits apply. A meter of one request may know that none do: units then cost nothing.
 */
export function usageMeter(
  again: (units: MoreUnits) => Promise<Verdict>,
  taken: number,
  limited: boolean = true,
): UsageMeter {
  let paidUnits = taken
  let isFirstMessage = true
  return {
    take: async (cost) => {
      const unpaidUnits = limited ? Math.max(0, cost - paidUnits) : 0
      const countUsage = !isFirstMessage
      paidUnits = Math.max(0, paidUnits - cost)
      isFirstMessage = false
      if (unpaidUnits === 0 && !countUsage) return null
      const verdict = await again({ cost: unpaidUnits, countUsage })
      return verdict.ok ? null : verdict.refusal
    },
    prepay: async (units, forMessage) => {
      if (!limited) return null
      const verdict = await again({ cost: units, countUsage: false })
      if (verdict.ok) paidUnits += forMessage
      return verdict
    },
  }
}
