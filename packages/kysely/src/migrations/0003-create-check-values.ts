import type { Statement, StepContext } from './step.js'

/** The table of values that tell whether a process has the peppers that keys were hashed with. */
export function createCheckValues({ db, dialect: { text }, tables }: StepContext): readonly Statement[] {
  return [
    db.schema
      .createTable(tables.api_key_checks)
      .addColumn('name', text(128), (column) => column.primaryKey().notNull())
      .addColumn('value', text(128), (column) => column.notNull()),
  ]
}
