import { replaceIndexes } from './replace-indexes.js'
import type { Statement, StepContext } from './step.js'

/** The index by which a key's terms are changed with it, and a list asks whether a key has one. */
export function indexKeyTerms(context: StepContext): readonly Statement[] {
  return replaceIndexes(context, 'api_key_terms', { make: { by_key: ['key_id', 'kind', 'term'] }, drop: [] })
}
