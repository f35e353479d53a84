import { replaceIndexes } from './replace-indexes.js'
import type { Statement, StepContext } from './step.js'

/** The index by which the refusals of an organisation are added up by the hour. */
export function indexRefusals(context: StepContext): readonly Statement[] {
  return replaceIndexes(context, 'api_key_refusals', { make: { by_hour: ['organization_id', 'hour'] }, drop: [] })
}
