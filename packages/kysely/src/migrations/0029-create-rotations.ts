import { replaceIndexes } from './replace-indexes.js'
import type { Statement, StepContext } from './step.js'

/** The schedules of keys, and the new tokens that wait to be delivered: a row for each key that has one. */
export function createRotations(context: StepContext): readonly Statement[] {
  const {
    db,
    dialect: { text, longText },
    tables,
  } = context
  return [
    db.schema
      .createTable(tables.api_key_rotations)
      .addColumn('key_id', text(64), (column) => column.primaryKey().notNull())
      .addColumn('every_ms', 'bigint', (column) => column.notNull())
      .addColumn('grace_ms', 'bigint', (column) => column.notNull())
      .addColumn('due_at', 'bigint', (column) => column.notNull())
      .addColumn('pending', longText)
      .addColumn('pending_previous_hash', longText)
      .addColumn('pending_since', 'bigint')
      .addColumn('failures', 'bigint', (column) => column.notNull()),
    ...replaceIndexes(context, 'api_key_rotations', { make: { due: ['due_at'] }, drop: [] }),
  ]
}
