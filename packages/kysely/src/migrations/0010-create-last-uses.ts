import type { Statement, StepContext } from './step.js'

/** When each key was last used: one row for each, so that lists can be sorted by it. Keys that were never used have one, too. */
export function createLastUses({ db, dialect: { text }, tables }: StepContext): readonly Statement[] {
  return [
    db.schema
      .createTable(tables.api_key_last_uses)
      .addColumn('key_id', text(64), (column) => column.primaryKey().notNull())
      .addColumn('organization_id', text(255), (column) => column.notNull())
      .addColumn('last_used_at', 'bigint', (column) => column.notNull()),
  ]
}
