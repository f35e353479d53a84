import type { Statement, StepContext } from './step.js'

/** What a key is bound to. Processes of the version before add keys that are bound to nothing, and take a bound key for such a one. */
export function keepBinding({ db, dialect: { longText }, tables }: StepContext): readonly Statement[] {
  return [db.schema.alterTable(tables.api_keys).addColumn('binding', longText)]
}
