import type { Statement, StepContext } from './step.js'

/**
 * Who disabled a key, and whether that locks it. Of keys that were disabled before, nobody knows, and none is locked. Each column
 * has a default: processes of the version before may still add keys.
 */
export function recordWhoDisabled({ db, dialect: { name, text }, tables }: StepContext): readonly Statement[] {
  const table = () => db.schema.alterTable(tables.api_keys)
  if (name !== 'sqlite') {
    // One statement: MySQL cannot roll it back, so it must add all of the columns or none.
    return [
      table()
        .addColumn('disabled_by_type', text(16))
        .addColumn('disabled_by_id', text(255))
        .addColumn('locked', 'integer', (column) => column.notNull().defaultTo(0)),
    ]
  }
  return [
    table().addColumn('disabled_by_type', text(16)),
    table().addColumn('disabled_by_id', text(255)),
    table().addColumn('locked', 'integer', (column) => column.notNull().defaultTo(0)),
  ]
}
