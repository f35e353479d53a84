import type { DpopChecker, DpopFault } from './dpop-checker.js'

/** Why a request does not prove who sends it. */
export type ProofFault =
  /** Nothing came that could prove it. */
  | 'missing'
  /** The token of a key that is bound by DPoP came as `Bearer`, or in another header. */
  | 'scheme'
  /** The token came as `DPoP`, and its key is not bound by that. */
  | 'unbound'
  | 'repeated'
  | 'replayed'
  /** The certificate is another one. */
  | 'certificate'
  | DpopFault

/** What a client is told that may try again. */
export interface ProofChallenge {
  readonly scheme: 'DPoP' | 'Bearer'
  readonly error: 'invalid_token' | 'invalid_dpop_proof' | 'use_dpop_nonce'
  /** The algorithms of signatures that are accepted; none with `Bearer`. */
  readonly algorithms: readonly string[]
  /** The nonce for the next proof; `null`: none is asked for. */
  readonly nonce: string | null
}

/** Why a request with a bound key is refused. */
export interface ProofRefusal {
  readonly code: 'proof_required' | 'proof_invalid'
  readonly reason: ProofFault
  readonly challenge: ProofChallenge
}

/** @param dpop - What checks proofs by DPoP; `null`: the key asks for a certificate. */
export function proofRefusal(reason: ProofFault, dpop: DpopChecker | null, now: Date): ProofRefusal {
  const code = reason === 'missing' || reason === 'scheme' ? 'proof_required' : 'proof_invalid'
  if (dpop === null) {
    return { code, reason, challenge: { scheme: 'Bearer', error: 'invalid_token', algorithms: [], nonce: null } }
  }
  const challenge = {
    scheme: 'DPoP',
    error: errorOf(reason),
    algorithms: dpop.algorithms,
    nonce: dpop.nonce(now),
  } as const
  return { code, reason, challenge }
}

/** RFC 9449 §7.1: what is wrong is the proof, or the token that another key holds. */
function errorOf(reason: ProofFault): ProofChallenge['error'] {
  if (reason === 'nonce') return 'use_dpop_nonce'
  return reason === 'key' || reason === 'unbound' ? 'invalid_token' : 'invalid_dpop_proof'
}
