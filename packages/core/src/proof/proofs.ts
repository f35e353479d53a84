import type { RateLimiter } from '../limits/index.js'
import type { KeyBinding } from '../values/index.js'
import { certificateThumbprint } from './certificate.js'
import type { DpopChecker, DpopVerdict } from './dpop-checker.js'
import type { ProofQuestion, Proofs } from './proof-parts.js'
import { type ProofFault, proofRefusal } from './proof-refusal.js'
import { usedProofs } from './used-proofs.js'

type Bound<T extends KeyBinding['type']> = ProofQuestion & { readonly binding: Extract<KeyBinding, { type: T }> }

/**
 * Makes what checks the proofs of a keyring.
 *
 * @param dpop - `null`: what is bound by DPoP cannot be checked.
 * @param header - Where proxies name certificates; `null`: what is bound to one cannot be checked.
 */
export function makeProofs(dpop: DpopChecker | null, header: string | null, limiter: RateLimiter): Proofs {
  const faultOfDpop = dpop === null ? null : dpopFaults(dpop, limiter)
  return {
    kinds: new Set([...(dpop === null ? [] : ['dpop' as const]), ...(header === null ? [] : ['mtls' as const])]),
    certificateHeader: header,
    nonce: (now) => dpop?.nonce(now) ?? null,
    refusalOf: async (question) => {
      const { binding, presenting, now } = question
      if (presenting?.scheme === 'dpop' && binding?.type !== 'dpop') return proofRefusal('unbound', dpop, now)
      if (binding === null) return null
      if (binding.type === 'dpop' && faultOfDpop !== null) {
        const fault = await faultOfDpop({ ...question, binding })
        return fault === null ? null : proofRefusal(fault, dpop, now)
      }
      if (binding.type === 'mtls' && header !== null) {
        const fault = certificateFault({ ...question, binding })
        return fault === null ? null : proofRefusal(fault, null, now)
      }
      const message = `Key ${question.keyId} is bound (${binding.type}), and this keyring cannot check that: give createKeyring the option proofs.`
      throw new Error(message)
    },
  }
}

/** A proof that a request has brought, and what was found of it. */
interface Examined {
  readonly token: string
  readonly jkt: string
  readonly proof: string
  readonly fault: Promise<ProofFault | null>
}

function dpopFaults(dpop: DpopChecker, limiter: RateLimiter): (question: Bound<'dpop'>) => Promise<ProofFault | null> {
  const isFirstUse = usedProofs(limiter)
  const examined = new WeakMap<object, Examined>()

  async function examine(
    { keyId, binding: { jkt }, token, now }: Bound<'dpop'>,
    { proof, method, url }: { readonly proof: string; readonly method: string | undefined; readonly url: string },
  ): Promise<ProofFault | null> {
    if (method === undefined) throw new TypeError('The request does not say its method: its adapter must.')
    const verdict = requireVerdict(await dpop.check({ proof, method, url, token, jkt, now }))
    if (!verdict.ok) return verdict.fault
    return (await isFirstUse(keyId, verdict.id, verdict.usableMs)) ? null : 'replayed'
  }

  return async (question) => {
    const { presenting, request, token, binding } = question
    if (presenting === null) return 'missing'
    if (presenting.scheme === 'other') return 'scheme'
    const { proofs, method, url } = presenting.read()
    const [proof, ...others] = proofs
    if (proof === undefined) return 'missing'
    if (others.length > 0) return 'repeated'
    // Further guards of a request, and its stream, go on with the proof that it came with: that was used once, and is no replay.
    const places = request === null ? [presenting] : [presenting, request]
    for (const place of places) {
      const before = examined.get(place)
      if (before?.proof === proof && before.token === token && before.jkt === binding.jkt) return before.fault
    }
    const fault = examine(question, { proof, method, url })
    for (const place of places) examined.set(place, { token, jkt: binding.jkt, proof, fault })
    // What could not be known is asked again by the next guard.
    fault.catch(() => places.forEach((place) => void examined.delete(place)))
    return fault
  }
}

/** Types do not bind a host's checker: what is neither a yes nor a no is not taken for a yes. */
function requireVerdict(verdict: DpopVerdict): DpopVerdict {
  if (verdict?.ok === true && typeof verdict.id === 'string' && verdict.id !== '') return verdict
  if (verdict?.ok === false && typeof verdict.fault === 'string') return verdict
  throw new TypeError('The checker of proofs gave no verdict.')
}

function certificateFault({ presenting, binding: { thumbprint } }: Bound<'mtls'>): ProofFault | null {
  const [certificate, ...others] = presenting?.read().certificates ?? []
  if (certificate === undefined || certificate === '') return 'missing'
  if (others.length > 0) return 'repeated'
  const presented = certificateThumbprint(certificate)
  if (presented === null) return 'malformed'
  return presented === thumbprint ? null : 'certificate'
}
