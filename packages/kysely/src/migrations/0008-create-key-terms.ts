import { withoutSchema } from '../tables/table-names.js'
import type { Statement, StepContext } from './step.js'

/** The texts by which lists find keys: words of names and previews, scopes and roles. In the order in which lists look for them. */
export function createKeyTerms({ db, dialect: { text }, tables }: StepContext): readonly Statement[] {
  const { api_key_terms: terms } = tables
  return [
    db.schema
      .createTable(terms)
      .addColumn('organization_id', text(255), (column) => column.notNull())
      .addColumn('kind', text(16), (column) => column.notNull())
      .addColumn('term', text(255), (column) => column.notNull())
      .addColumn('key_id', text(64), (column) => column.notNull())
      .addPrimaryKeyConstraint(`${withoutSchema(terms)}_pk`, ['organization_id', 'kind', 'term', 'key_id']),
  ]
}
