import { withoutSchema } from '../tables/table-names.js'
import type { Statement, StepContext } from './step.js'

/** What was spent of the budgets of keys, owners and organizations. */
export function createBudgets({ db, dialect: { text }, tables }: StepContext): readonly Statement[] {
  const { api_key_budgets: budgets } = tables
  return [
    db.schema
      .createTable(budgets)
      .addColumn('organization_id', text(255), (column) => column.notNull())
      .addColumn('holder', text(16), (column) => column.notNull())
      .addColumn('id', text(300), (column) => column.notNull())
      .addColumn('period', 'bigint', (column) => column.notNull())
      .addColumn('used', 'bigint', (column) => column.notNull())
      .addColumn('extra', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint(`${withoutSchema(budgets)}_pk`, ['organization_id', 'holder', 'id']),
  ]
}
