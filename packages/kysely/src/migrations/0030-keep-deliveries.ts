import type { Statement, StepContext } from './step.js'

/** When the last token that a schedule made was delivered. Of those before this step, nobody knows; processes of the version before write none. */
export function keepDeliveries({ db, tables }: StepContext): readonly Statement[] {
  return [db.schema.alterTable(tables.api_key_rotations).addColumn('delivered_at', 'bigint')]
}
