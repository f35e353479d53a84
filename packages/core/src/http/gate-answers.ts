import type { Access } from '../access/index.js'
import type { CredentialSource } from '../credential/index.js'
import type { KeyringDoor } from '../keyring/index.js'
import type { RateLimitState } from '../limits/index.js'
import type { GateTerms } from './gate-options.js'
import type { GateRefusal, GateVerdict } from './gate-verdict.js'
import { rateLimitFields } from './rate-limit-fields.js'
import { replyTo } from './reply.js'

/** The answer to a request that does not pass. */
export function refused<A extends Access, R>(
  { realm, headers: keyHeaders }: GateTerms<A, R>,
  refusal: GateRefusal,
  { rateLimits = [], keyPresented = true }: { rateLimits?: readonly RateLimitState[]; keyPresented?: boolean } = {},
): GateVerdict<never> {
  const reply = replyTo(refusal, { realm, keyHeaders })
  const headers = { ...reply.headers, ...rateLimitFields(rateLimits) }
  return { ok: false, refusal, reply: { ...reply, headers }, keyPresented }
}

/** HTTP makes responses to `Authorization` private for shared caches. For `X-API-Key`, the response must say so. */
export function headersOf(
  { proofs }: Pick<KeyringDoor, 'proofs'>,
  { headers }: Pick<GateTerms<Access, never>, 'headers'>,
  source: CredentialSource,
  rateLimits: readonly RateLimitState[],
): Readonly<Record<string, string>> {
  const limits = rateLimits.length === 0 ? noHeaders : rateLimitFields(rateLimits)
  if (source === 'dpop') {
    const nonce = proofs.nonce(new Date())
    return nonce === null ? limits : { 'DPoP-Nonce': nonce, ...limits }
  }
  return source === 'x-api-key' ? { Vary: headers.join(', '), 'Cache-Control': 'private', ...limits } : limits
}

const noHeaders: Readonly<Record<string, string>> = Object.freeze({})

/** `Vary` stops a shared cache from answering a request with a key with the response for a request without one. */
export function withoutKey({ headers }: Pick<GateTerms<Access, never>, 'headers'>): GateVerdict<null> {
  return { ok: true, principal: null, headers: { Vary: ['Authorization', ...headers].join(', ') }, limited: false }
}
