import type { Denial } from './decide.js'

/** Tells a model which scope is missing, so that it can try another resource or say which scope to ask for. */
export function messageForDenial({ missing, resource }: Denial, docsUrl: string | null): string {
  const what = missing.length === 0 ? 'the right to do this' : missing.join(', ')
  // The model chose the id. Quote and cut it, so that it cannot pass for our own words.
  const where = resource === null ? '' : ` on ${resource.type} ${JSON.stringify(resource.id.slice(0, 100))}`
  const hint = docsUrl === null ? '' : ` See ${docsUrl}`
  return `insufficient_scope: this API key, or its owner, does not have ${what}${where}. The same call will be refused again.${hint}`
}
