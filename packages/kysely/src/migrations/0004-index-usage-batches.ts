import { withoutSchema } from '../tables/table-names.js'
import type { Statement, StepContext } from './step.js'

/** The index that finds old batches. A step of its own: MySQL cannot roll back the half of one. */
export function indexUsageBatches({ db, tables }: StepContext): readonly Statement[] {
  const { api_key_usage_batches: batches } = tables
  return [
    db.schema
      .createIndex(`${withoutSchema(batches)}_by_time`)
      .on(batches)
      .column('at'),
  ]
}
