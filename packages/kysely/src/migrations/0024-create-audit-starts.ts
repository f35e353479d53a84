import type { Statement, StepContext } from './step.js'

/**
 * After which record the log of an organization begins, where those before it were archived: the audit table lets these go. In one
 * step, since nodes of Galera that make a trigger of one name at once wait for each other for ever. As the table is made first, one
 * node alone gets to the trigger.
 */
export function createAuditStarts({
  db,
  dialect: { text, letArchivedGo },
  tables,
  triggers,
}: StepContext): readonly Statement[] {
  return [
    db.schema
      .createTable(tables.api_key_audit_starts)
      .addColumn('organization_id', text(255), (column) => column.primaryKey().notNull())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('hash', text(64), (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull()),
    ...(triggers ? letArchivedGo(tables.api_key_audit, tables.api_key_audit_starts) : []),
  ]
}
