import type { Statement, StepContext } from './step.js'

/**
 * What lists by name are sorted by, and the version of the key that lists know: 0 for none. SQL cannot fold a name: `migrateToLatest` does it
 * after its steps, key by key. Each column has a default: processes of the version before may still add keys.
 */
export function foldKeyNames({ db, dialect: { name, text }, tables }: StepContext): readonly Statement[] {
  const table = () => db.schema.alterTable(tables.api_keys)
  if (name !== 'sqlite') {
    // One statement: MySQL cannot roll it back, so it must add both columns or none.
    return [
      table()
        .addColumn('sort_name', text(100))
        .addColumn('listed', 'integer', (column) => column.notNull().defaultTo(0)),
    ]
  }
  return [
    table().addColumn('sort_name', text(100)),
    table().addColumn('listed', 'integer', (column) => column.notNull().defaultTo(0)),
  ]
}
