import { replaceIndexes } from './replace-indexes.js'
import type { Statement, StepContext } from './step.js'

/** The index by which lists of an organisation are sorted by the last use. */
export function indexLastUses(context: StepContext): readonly Statement[] {
  const make = { by_time: ['organization_id', 'last_used_at', 'key_id'] } as const
  return replaceIndexes(context, 'api_key_last_uses', { make, drop: [] })
}
