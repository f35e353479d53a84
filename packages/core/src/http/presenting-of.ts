import { type CredentialSource, fieldValues } from '../credential/index.js'
import type { Presenting, Proofs } from '../proof/index.js'
import type { GateRequest } from './gate-request.js'
import type { TrustProxy } from './proxy-types.js'

/** How a request may prove who sends it. What is said of its certificate counts only where a trusted proxy says it. */
export function presentingOf(
  { certificateHeader: header }: Pick<Proofs, 'certificateHeader'>,
  { method, url, fields, remoteAddress = '' }: GateRequest,
  trusts: TrustProxy,
  source: CredentialSource,
): Presenting {
  return {
    scheme: source === 'dpop' ? 'dpop' : 'other',
    read: () => ({
      method,
      url,
      proofs: fieldValues(fields, 'dpop'),
      certificates: header !== null && trusts(remoteAddress, 0) ? fieldValues(fields, header) : [],
    }),
  }
}
