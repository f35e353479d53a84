import type { Statement, StepContext } from './step.js'

/**
 * Whether an organization uses webhooks, in the row that each change of a key locks and reads anyway. It has a default: processes of
 * the version before may still add organizations. What those change is no event.
 */
export function countWebhooks({ db, tables }: StepContext): readonly Statement[] {
  return [
    db.schema
      .alterTable(tables.api_key_counters)
      .addColumn('webhooks', 'bigint', (column) => column.notNull().defaultTo(0)),
  ]
}
