import { grantedRights, type PrincipalParts } from '../access/index.js'
import type { ChildMatch } from './child-match.js'

/**
 * Narrows what a key may do to what a delegated token was given of it; not at all for the key's own token, `null`. Each delegation is
 * a ceiling, closed under the implications as grants are: the token has what all of them allow, and its key and its owner now.
 */
export function narrowParts(
  parts: PrincipalParts,
  child: Extract<ChildMatch, { outcome: 'delegate' }> | null,
): PrincipalParts {
  if (child === null) return parts
  const { id, of, claims } = child
  const { access, granted, record } = parts
  const layers = claims.scopes.map((patterns) => grantedRights(access, patterns))
  const ceiling = { allows: (scope: string) => layers.every((layer) => layer.allows(scope)) }
  const { depth, scopes, resources } = claims
  const ends = [claims.expiresAt, record.expiresAt, of === 'previous' ? record.previousHashExpiresAt : null]
  const expiresAt = new Date(Math.min(...ends.flatMap((end) => (end === null ? [] : [end.getTime()]))))
  return {
    ...parts,
    token: of,
    granted: { allows: (scope) => granted.allows(scope) && ceiling.allows(scope) },
    delegation: { id, depth, expiresAt, scopes, resources, ceiling },
  }
}
