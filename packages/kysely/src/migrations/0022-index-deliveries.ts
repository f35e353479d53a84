import type { Columns } from './replace-indexes.js'
import { replaceIndexes } from './replace-indexes.js'
import type { Statement, StepContext } from './step.js'

const indexes: Readonly<Record<string, Columns<'api_key_deliveries'>>> = {
  // What workers take. What is of endpoints and organizations that have their share is left out without its rows.
  by_next: ['next_at', 'organization_id', 'endpoint_id', 'id'],
  by_endpoint_next: ['endpoint_id', 'next_at'], // what waits for an endpoint
  by_endpoint: ['endpoint_id', 'created_at', 'id'], // lists, and what became of those since a time
  by_time: ['created_at'], // the same, of all endpoints
  by_event: ['event_id'], // whether an event still waits for anything
}

/** The indexes by which workers find deliveries, and people see what became of them. */
export function indexDeliveries(context: StepContext): readonly Statement[] {
  return replaceIndexes(context, 'api_key_deliveries', { make: indexes, drop: [] })
}
