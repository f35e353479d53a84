import { withoutSchema } from '../tables/table-names.js'
import { replaceIndexes } from './replace-indexes.js'
import type { Statement, StepContext } from './step.js'

/** What was told of keys: of each key, the last notice of each kind. Few wait for the host: those have a time. */
export function createNotices(context: StepContext): readonly Statement[] {
  const {
    db,
    dialect: { text },
    tables,
  } = context
  return [
    db.schema
      .createTable(tables.api_key_notices)
      .addColumn('key_id', text(64), (column) => column.notNull())
      .addColumn('kind', text(16), (column) => column.notNull())
      .addColumn('organization_id', text(255), (column) => column.notNull())
      .addColumn('about', 'bigint', (column) => column.notNull())
      .addColumn('days', 'bigint', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('next_at', 'bigint')
      .addColumn('claim', text(64))
      .addPrimaryKeyConstraint(`${withoutSchema(tables.api_key_notices)}_pk`, ['key_id', 'kind']),
    ...replaceIndexes(context, 'api_key_notices', { make: { due: ['next_at'] }, drop: [] }),
  ]
}
