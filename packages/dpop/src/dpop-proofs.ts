import { createHash } from 'node:crypto'
import type { DpopChecker, DpopFault, DpopQuestion, DpopVerdict } from '@keywright/core'
import { isRecord } from '@keywright/core/adapter'
import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, errors, type JWTPayload, jwtVerify } from 'jose'
import { isOfUrl } from './base-urls.js'
import { type DpopProofsOptions, type DpopTerms, readOptions } from './options.js'

/**
 * Makes what checks DPoP proofs (RFC 9449) of a keyring, with `jose`: that a proof is signed by the very key that an API key is bound to,
 * now, for this method and URL, and for the token that came with it. The keyring sees to it that none is used twice.
 *
 * @throws {@link InvalidOptions} when an option is malformed.
 *
 * @example
 * ```ts
 * const keyring = createKeyring({
 *   // …
 *   rateLimiter: redisRateLimiter(redis), // several processes remember together which proofs were used
 *   proofs: { dpop: dpopProofs({ baseUrls: ['https://api.example.com'] }) },
 * })
 * await keyring.create({ name: 'agent', owner, scopes: ['tasks.read'], binding: { type: 'dpop', jkt } })
 * ```
 */
export function dpopProofs(options: DpopProofsOptions): DpopChecker {
  const terms = readOptions(options)
  // Until it is too old by the clock that is farthest behind; seconds are rounded down on both sides.
  const usableMs = (terms.maxAgeSeconds + 2 * terms.toleranceSeconds + 1) * 1_000
  return Object.freeze({
    algorithms: terms.algorithms,
    nonce: (now: Date) => terms.nonces.current(now),
    check: async (question: DpopQuestion): Promise<DpopVerdict> => {
      const read = await readProof(question, terms)
      if ('fault' in read) return { ok: false, fault: read.fault }
      const { jti } = read.claims
      if (typeof jti !== 'string' || jti === '' || jti.length > 256) return { ok: false, fault: 'malformed' }
      const fault = faultOf(read.claims, question, terms)
      return fault === null ? { ok: true, id: jti, usableMs } : { ok: false, fault }
    },
  })
}

/** Longer than any proof that serves: with an RSA key of 8192 bits. */
const mostCharacters = 8_192
const compactJws = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Reads a proof, and checks who signed it, and when. */
async function readProof(
  { proof, jkt, now }: DpopQuestion,
  { algorithms, maxAgeSeconds, toleranceSeconds }: DpopTerms,
): Promise<{ readonly claims: JWTPayload } | { readonly fault: DpopFault }> {
  if (proof.length > mostCharacters || !compactJws.test(proof)) return { fault: 'malformed' }
  try {
    const header = decodeProtectedHeader(proof)
    if (!algorithms.some((algorithm) => algorithm === header.alg)) return { fault: 'algorithm' }
    if (!isRecord(header.jwk)) return { fault: 'malformed' }
    // Before its signature: keys are made for nothing, and only for the right one there is something to compute.
    if ((await calculateJwkThumbprint(header.jwk, 'sha256')) !== jkt) return { fault: 'key' }
    const { payload } = await jwtVerify(proof, EmbeddedJWK, {
      algorithms: [...algorithms],
      typ: 'dpop+jwt',
      currentDate: now,
      maxTokenAge: maxAgeSeconds,
      clockTolerance: toleranceSeconds,
    })
    return { claims: payload }
  } catch (error) {
    // Nothing here asks anything of anybody: whatever fails, the proof made it fail.
    return { fault: faultOfError(error) }
  }
}

function faultOfError(error: unknown): DpopFault {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature'
  const isOfTime = error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed
  return isOfTime && ['iat', 'nbf', 'exp'].includes(error.claim) ? 'time' : 'malformed'
}

/** What a proof that the right key signed is for. */
function faultOf(
  { htm, htu, ath, nonce }: JWTPayload,
  { method, url, token, now }: DpopQuestion,
  { baseUrls, nonces }: DpopTerms,
): DpopFault | null {
  if (htm !== method) return 'method'
  if (!isOfUrl(htu, url, baseUrls)) return 'url'
  if (ath !== createHash('sha256').update(token).digest('base64url')) return 'token'
  return nonces.isGood(nonce, now) ? null : 'nonce'
}
