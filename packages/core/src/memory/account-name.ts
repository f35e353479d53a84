import type { BudgetAccount } from '../budgets/index.js'

/** Under which name an account is kept. */
export function accountName({ organizationId, holder, id }: BudgetAccount): string {
  return JSON.stringify([organizationId, holder, id])
}
