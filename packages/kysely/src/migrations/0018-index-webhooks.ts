import type { Columns } from './replace-indexes.js'
import { replaceIndexes } from './replace-indexes.js'
import type { Statement, StepContext } from './step.js'

const indexes: Readonly<Record<string, Columns<'api_key_webhooks'>>> = {
  by_key: ['key_id'], // how many a key has
  by_organization: ['organization_id', 'created_at', 'id'], // lists
  by_status: ['organization_id', 'status', 'created_at', 'id'], // whom an event may go to, however many are paused
}

/** The indexes by which endpoints are listed and counted. */
export function indexWebhooks(context: StepContext): readonly Statement[] {
  return replaceIndexes(context, 'api_key_webhooks', { make: indexes, drop: [] })
}
