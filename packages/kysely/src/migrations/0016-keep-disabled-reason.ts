import type { Statement, StepContext } from './step.js'

/** Why a key was disabled. Of keys that were disabled before, nobody knows; processes of the version before may still add keys. */
export function keepDisabledReason({ db, dialect: { longText }, tables }: StepContext): readonly Statement[] {
  return [db.schema.alterTable(tables.api_keys).addColumn('disabled_reason', longText)]
}
