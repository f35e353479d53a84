export {
  type AccountState,
  accountAt,
  type BudgetAccount,
  emptyAccount,
  giveBack,
  grantTo,
  leftOf,
  periodOf,
  type Taken,
  takeFrom,
} from './account.js'
export { isTimeZone, type Period, periodAt } from './calendar.js'
export {
  type BudgetInput,
  type BudgetRefillInput,
  isBudget,
  isCredits,
  maxCredits,
  parseBudget,
} from './parse-budget.js'
export type { Spender, SpentKey } from './spender.js'
export type { AccountsChange, AccountsDecision, AccountsRead, StoreBudgets } from './store-budgets.js'
export { type KeptBudget, settleParts, stateOf, takeFromAll } from './take-from-all.js'
export type {
  BudgetAdmission,
  BudgetDenial,
  BudgetReservation,
  BudgetState,
  BudgetVerdict,
  ReservedPart,
} from './verdict.js'
