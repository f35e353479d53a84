import { type BudgetAccount, emptyAccount, type StoreBudgets } from '../budgets/index.js'
import { accountName } from './account-name.js'
import { appendRecords } from './audit.js'
import { refuseRepeated, remember } from './changes.js'
import type { MemoryState } from './state.js'

/** The accounts of budgets of a memory store. */
export function memoryBudgets(state: MemoryState): StoreBudgets {
  const { accounts: kept, clock } = state
  const statesOf = (accounts: readonly BudgetAccount[]) =>
    accounts.map((one) => kept.get(accountName(one)) ?? emptyAccount)
  return {
    read: async (accounts) => ({ now: clock(), states: statesOf(accounts) }),

    // In one step, with no wait between look and write: calls at once run one after the other.
    change: async ({ accounts, once, about, auditKey, decide }) => {
      const now = clock()
      refuseRepeated(state, once, now)
      const { write, audit, result } = decide({ now, states: statesOf(accounts) })
      const [first] = accounts
      if (write === null || first === undefined) return result
      // Before the change: a record without a canonical form throws, and the change must not stand without its record.
      if (audit.length > 0) appendRecords(state, first.organizationId, audit, now, auditKey)
      for (const [at, account] of accounts.entries()) kept.set(accountName(account), write[at] ?? emptyAccount)
      remember(state, once, about, now)
      return result
    },
  }
}
