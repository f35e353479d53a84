export type { BudgetOptions, BudgetSource } from './budget-options.js'
export {
  type BudgetGetOptions,
  type BudgetParts,
  type BudgetQuery,
  type GrantOptions,
  type KeyringBudgets,
  keyringBudgets,
  type ReserveResult,
} from './keyring-budgets.js'
export { type BudgetSources, budgetSources } from './sources.js'
export { spender } from './spender.js'
