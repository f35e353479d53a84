import type { Statement, StepContext } from './step.js'

/** After which record the log of an organization begins, where those before it were archived. */
export function createAuditStarts({ db, dialect: { text }, tables }: StepContext): readonly Statement[] {
  return [
    db.schema
      .createTable(tables.api_key_audit_starts)
      .addColumn('organization_id', text(255), (column) => column.primaryKey().notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('hash', text(64), (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull()),
  ]
}
