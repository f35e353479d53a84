import type { Statement, StepContext } from './step.js'

/** The budget of a key. Processes of the version before may still add keys: these have none. */
export function keepBudget({ db, dialect: { longText }, tables }: StepContext): readonly Statement[] {
  return [db.schema.alterTable(tables.api_keys).addColumn('budget', longText)]
}
