import type { AuditDraft } from '../values/index.js'
import type { AccountState, BudgetAccount } from './account.js'

/** Accounts as they were read, with the store's clock. */
export interface AccountsRead {
  readonly now: Date
  /** In the order of the request; `emptyAccount` for one that is not there. */
  readonly states: readonly AccountState[]
}

/** What becomes of accounts. */
export interface AccountsDecision<T> {
  /** The accounts as they are to be, in the order of the request; `null`: nothing is written. */
  readonly write: readonly AccountState[] | null
  /** Records of the organization's log, committed together with the accounts. Only where something is written. */
  readonly audit: readonly AuditDraft[]
  /** What the caller gets. */
  readonly result: T
}

/** The request of {@link StoreBudgets.change}. */
export interface AccountsChange<T> {
  /**
   * At most one of each holder, all of one organization, in the order key, owner, organization: a store locks them in this order, so
   * that no two calls wait for each other, and what many share is locked last.
   */
  readonly accounts: readonly BudgetAccount[]
  /** Carries out the request only once: see `Once`. It is remembered only where something was written. */
  readonly once?: { readonly id: string; readonly fingerprint: string } | undefined
  /** The key that a remembered request is about, or what stands for it: at most 64 characters. */
  readonly about: string
  /** Whether there may be audit records: a store then locks the organization's log, before the accounts. */
  readonly isAudited: boolean
  /** The secret key for the audit records. @defaultValue none: plain SHA-256 */
  readonly auditKey?: { readonly id: string; readonly secret: Uint8Array } | undefined
  /** Must be pure: the store may call it again. If it throws, nothing is changed and the caller gets the error. */
  decide(read: AccountsRead): AccountsDecision<T>
}

/**
 * How a store keeps the accounts of budgets. What a budget is, and when it begins anew, is decided by who calls it: `decide` is given
 * the accounts under the lock that also guards the write. No job has to run.
 */
export interface StoreBudgets {
  /** Reads accounts without a lock. */
  read(accounts: readonly BudgetAccount[]): Promise<AccountsRead>

  /**
   * Changes accounts in one short transaction, all or nothing. Calls for the same account run one after the other, in all processes.
   *
   * @throws RequestRepeated when `once` has an id that the store remembers.
   */
  change<T>(request: AccountsChange<T>): Promise<T>
}
