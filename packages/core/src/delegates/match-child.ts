import { childParts, findSigner, readClaims, tokenOf } from '../child-token/index.js'
import type { Credential } from '../crypto/index.js'
import { type Found, isPast } from '../store/index.js'
import type { ChildMatch } from './child-match.js'
import type { DelegateTerms } from './delegate-terms.js'

/**
 * Compares a delegated token with the key that it names. The MAC is made first, and whatever was found: an unknown key costs the same
 * work as a wrong MAC, and gets the same answer.
 *
 * @param terms - `null`: no token is delegated here, so none is right.
 */
export function matchChild(
  terms: DelegateTerms | null,
  found: Found | null,
  { token, namespace }: Pick<Credential, 'token' | 'namespace'>,
): ChildMatch {
  const parts = childParts(token, namespace ?? '')
  const signer = findSigner(terms?.keys ?? [], parts)
  if (terms === null || signer === null || found === null || found.record.status === 'deleted') return mismatch
  const { record, now } = found
  // A store that gives another key than it was asked for is not to be trusted.
  if (record.id !== parts.keyId) return { outcome: 'misconfigured' }
  const claims = readClaims(parts.body)
  if (claims === null) return mismatch
  const of = tokenOf(signer, record, claims.marks)
  const isOver =
    of === null || (of === 'previous' && !isInGrace(record.previousHashExpiresAt, now)) || claims.depth > terms.maxDepth
  return isOver ? { outcome: 'superseded' } : { outcome: 'delegate', id: parts.id, of, claims }
}

const mismatch: ChildMatch = /* @__PURE__ */ Object.freeze({ outcome: 'mismatch' })

/** Whether the token before the last rotation still works. */
export function isInGrace(until: Date | null, now: Date): boolean {
  return until !== null && !isPast(until, now)
}
