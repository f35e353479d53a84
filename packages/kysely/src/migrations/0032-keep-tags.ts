import type { Statement, StepContext } from './step.js'

/**
 * The tags of a key, and the version of it whose tags lists know. Processes of the version before may still add keys, which have none,
 * and change keys: `migrateToLatest` then tells lists of the tags anew.
 */
export function keepTags({ db, dialect: { name, longText }, tables }: StepContext): readonly Statement[] {
  const table = () => db.schema.alterTable(tables.api_keys)
  if (name !== 'sqlite') {
    // One statement: MySQL cannot roll it back, so it must add both columns or none.
    return [
      table()
        .addColumn('tags', longText)
        .addColumn('tagged', 'integer', (column) => column.notNull().defaultTo(0)),
    ]
  }
  return [
    table().addColumn('tags', longText),
    table().addColumn('tagged', 'integer', (column) => column.notNull().defaultTo(0)),
  ]
}
