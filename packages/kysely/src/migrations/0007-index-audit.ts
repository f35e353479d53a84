import type { Columns } from './replace-indexes.js'
import { replaceIndexes } from './replace-indexes.js'
import type { Statement, StepContext } from './step.js'

const indexes: Readonly<Record<string, Columns<'api_key_audit'>>> = {
  by_type: ['organization_id', 'type', 'seq'], // pages of one type
  by_actor: ['organization_id', 'actor_type', 'actor_id', 'seq'], // pages of one actor
  by_time: ['organization_id', 'at', 'seq'], // pages of some time
}

/** Indexes by which filtered pages of the audit log read only what they return. */
export function indexAudit(context: StepContext): readonly Statement[] {
  return replaceIndexes(context, 'api_key_audit', { make: indexes, drop: [] })
}
