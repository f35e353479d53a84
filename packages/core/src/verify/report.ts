import type { Outages } from '../outage/index.js'
import type { Refusal } from '../verdict/index.js'
import type { KeyringEvent, RequestFacts } from './events.js'

/** What {@link report} tells. */
export interface ReportParts {
  readonly emit: (event: KeyringEvent) => void
  readonly outages: Pick<Outages, 'failed'>
}

/** Tells the host of a refused verification. */
export function report({ emit, outages }: ReportParts, refusal: Refusal, facts: RequestFacts = {}): void {
  if (refusal.code === 'auth_unavailable') {
    outages.failed(refusal.reason, refusal.cause)
    return
  }
  const keyId = 'keyId' in refusal ? refusal.keyId : null
  if (refusal.code === 'rate_limited') {
    emit({ type: 'api_key.rate_limited', keyId, violated: refusal.violatedPolicies, ...facts })
    return
  }
  if (refusal.code === 'budget_exhausted') {
    emit({ type: 'api_key.budget_exhausted', keyId: refusal.keyId, exhausted: refusal.exhausted, ...facts })
    return
  }
  const reason = reasonOf(refusal)
  emit({ type: 'api_key.verify_failed', code: refusal.code, reason, keyId, ...facts })
  const isOver = refusal.code === 'api_key_revoked' || reason === 'leaked' || reason === 'superseded'
  if (isOver && keyId !== null) emit({ type: 'api_key.used_after_revocation', keyId, ...facts })
}

function reasonOf(refusal: Refusal): string {
  if (refusal.code === 'insufficient_scope') return refusal.anyOf === undefined ? '' : 'anyOf'
  return 'reason' in refusal ? refusal.reason : ''
}
