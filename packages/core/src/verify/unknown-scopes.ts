import { isKnownScope } from '../access/index.js'
import type { KeyRecord } from '../values/index.js'
import type { RequestFacts } from './events.js'
import type { VerifyParts } from './parts.js'

/** Wildcards and old names that are remembered at once, beside the catalog: what comes after them is not told. */
const maxSeen = 1_000

/** Tells the host of those scopes of a key that the catalog does not have any more, each once. For a key with a scope not seen yet. */
export function tellUnknownScopes(
  { access, seenScopes, emit }: Pick<VerifyParts, 'access' | 'seenScopes' | 'emit'>,
  { id, grants }: KeyRecord,
  facts: RequestFacts,
): void {
  for (const scope of grants.scopes) {
    if (seenScopes.has(scope) || seenScopes.size >= access.scopes.size + maxSeen) continue
    seenScopes.add(scope)
    if (!isKnownScope(access, scope)) emit({ type: 'api_key.unknown_scope', keyId: id, scope, ...facts })
  }
}
