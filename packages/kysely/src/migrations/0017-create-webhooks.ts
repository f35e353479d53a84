import type { Statement, StepContext } from './step.js'

/** The endpoints of webhooks. */
export function createWebhooks({ db, dialect: { text, longText }, tables }: StepContext): readonly Statement[] {
  return [
    db.schema
      .createTable(tables.api_key_webhooks)
      .addColumn('id', text(64), (column) => column.primaryKey().notNull())
      .addColumn('key_id', text(64), (column) => column.notNull())
      .addColumn('organization_id', text(255), (column) => column.notNull())
      .addColumn('url', longText, (column) => column.notNull())
      .addColumn('description', longText)
      .addColumn('types', longText)
      .addColumn('status', text(32), (column) => column.notNull())
      .addColumn('stop', text(32))
      .addColumn('secret', longText, (column) => column.notNull())
      .addColumn('previous_secret', longText)
      .addColumn('previous_secret_expires_at', 'bigint')
      .addColumn('created_by_type', text(16), (column) => column.notNull())
      .addColumn('created_by_id', text(255), (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addColumn('failing_since', 'bigint')
      .addColumn('version', 'integer', (column) => column.notNull()),
  ]
}
