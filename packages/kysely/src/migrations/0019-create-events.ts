import type { Statement, StepContext } from './step.js'

/** The events of webhooks: those that no worker has looked at, and those that may be sent again. */
export function createEvents({ db, dialect: { text, longText }, tables }: StepContext): readonly Statement[] {
  return [
    db.schema
      .createTable(tables.api_key_events)
      .addColumn('id', text(64), (column) => column.primaryKey().notNull())
      .addColumn('organization_id', text(255), (column) => column.notNull())
      .addColumn('type', text(64), (column) => column.notNull())
      .addColumn('resource_type', longText)
      .addColumn('resource_id', longText)
      .addColumn('data', longText, (column) => column.notNull())
      .addColumn('endpoint_id', text(64))
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('next_at', 'bigint')
      .addColumn('claim', text(128)),
  ]
}
