import type { Columns } from './replace-indexes.js'
import { replaceIndexes } from './replace-indexes.js'
import type { Statement, StepContext } from './step.js'

/** A page of a list, newest or oldest first, as `0006-index-keys` has it. */
const paged = ['status', 'created_at', 'id', 'expires_at'] as const

const indexes: Readonly<Record<string, Columns<'api_keys'>>> = {
  by_name: ['organization_id', 'status', 'sort_name', 'id'], // lists by name
  by_creator: ['organization_id', 'created_by_type', 'created_by_id', ...paged],
  by_environment: ['organization_id', 'environment', ...paged],
}

/** Indexes by which lists that are filtered or sorted read only what they return. */
export function indexLists(context: StepContext): readonly Statement[] {
  return replaceIndexes(context, 'api_keys', { make: indexes, drop: [] })
}
