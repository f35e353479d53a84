import type { Statement, StepContext } from './step.js'

/** One row for each event and endpoint that it goes to. */
export function createDeliveries({ db, dialect: { text, longText }, tables }: StepContext): readonly Statement[] {
  return [
    db.schema
      .createTable(tables.api_key_deliveries)
      .addColumn('id', text(129), (column) => column.primaryKey().notNull()) // two ids of 64 characters, and what joins them
      .addColumn('event_id', text(64), (column) => column.notNull())
      .addColumn('endpoint_id', text(64), (column) => column.notNull())
      .addColumn('organization_id', text(255), (column) => column.notNull())
      .addColumn('status', text(32), (column) => column.notNull())
      .addColumn('reason', longText)
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('next_at', 'bigint')
      .addColumn('claim', text(128))
      .addColumn('log', longText, (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull()),
  ]
}
