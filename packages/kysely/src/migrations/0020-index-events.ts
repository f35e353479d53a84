import type { Columns } from './replace-indexes.js'
import { replaceIndexes } from './replace-indexes.js'
import type { Statement, StepContext } from './step.js'

const indexes: Readonly<Record<string, Columns<'api_key_events'>>> = {
  by_next: ['next_at', 'id'], // what workers take
  by_organization: ['organization_id', 'created_at', 'id'], // what is sent again
  by_time: ['created_at'], // what is deleted
}

/** The indexes by which workers find events, and the old ones are found. */
export function indexEvents(context: StepContext): readonly Statement[] {
  return replaceIndexes(context, 'api_key_events', { make: indexes, drop: [] })
}
