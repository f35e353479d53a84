import type { ChildMatch } from '../delegates/index.js'
import { type Found, isExpired, isPast } from '../store/index.js'
import type { Refusal, Requirements } from '../verdict/index.js'
import { factsOf } from './conclude.js'
import type { TokenMatch } from './examination.js'
import type { VerifyParts } from './parts.js'

/** The refusal of a key that may not be used at all now, whoever asks for what; `null`: it may be. */
export function refuseInactive(
  { environment, environmentOf, emit }: Pick<VerifyParts, 'environment' | 'environmentOf' | 'emit'>,
  found: Found,
  match: TokenMatch | ChildMatch,
  needs: Requirements,
): Refusal | null {
  const { record, now } = found
  const keyId = record.id
  if (record.status === 'revoked') {
    // Whoever presents a leaked token may be the finder: they learn nothing.
    if (record.revokedReason === 'leaked') return { code: 'api_key_invalid', reason: 'leaked', keyId }
    return { code: 'api_key_revoked', keyId }
  }
  if (match.outcome === 'superseded') return { code: 'api_key_invalid', reason: 'superseded', keyId }
  if (record.status !== 'active') return { code: 'api_key_disabled', keyId }
  if (environmentOf.get(record.environment) !== environment)
    return { code: 'api_key_invalid', reason: 'environment', keyId }
  if (isExpired(record, now)) return { code: 'api_key_expired', keyId }
  if (match.outcome === 'delegate' && isPast(match.claims.expiresAt, now)) return { code: 'delegate_expired', keyId }
  if (record.damaged.length > 0) {
    emit({ type: 'api_key.damaged', keyId, fields: record.damaged, ...factsOf(needs, found) })
    return { code: 'insufficient_scope', keyId, required: [], missing: [], resource: null }
  }
  return null
}
