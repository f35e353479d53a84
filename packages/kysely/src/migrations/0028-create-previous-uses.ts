import type { Statement, StepContext } from './step.js'

/** When the token of a key before its last rotation was last used: a row for each key of which one was. */
export function createPreviousUses({ db, dialect: { text }, tables }: StepContext): readonly Statement[] {
  return [
    db.schema
      .createTable(tables.api_key_previous_uses)
      .addColumn('key_id', text(64), (column) => column.primaryKey().notNull())
      .addColumn('until', 'bigint', (column) => column.notNull())
      .addColumn('last_used_at', 'bigint', (column) => column.notNull()),
  ]
}
