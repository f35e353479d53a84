import { withoutSchema } from '../tables/table-names.js'
import type { Statement, StepContext } from './step.js'

/** How often requests with a right token were refused, beside the counts of uses. */
export function createRefusals({ db, dialect: { text }, tables }: StepContext): readonly Statement[] {
  const { api_key_refusals: refusals } = tables
  return [
    db.schema
      .createTable(refusals)
      .addColumn('organization_id', text(255), (column) => column.notNull())
      .addColumn('key_id', text(64), (column) => column.notNull())
      .addColumn('hour', 'bigint', (column) => column.notNull())
      .addColumn('code', text(64), (column) => column.notNull())
      .addColumn('count', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint(`${withoutSchema(refusals)}_pk`, ['organization_id', 'key_id', 'hour', 'code']),
  ]
}
