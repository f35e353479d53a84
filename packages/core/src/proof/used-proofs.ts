import { createHash } from 'node:crypto'
import type { RateLimiter } from '../limits/index.js'

/**
 * Makes the memory of which proofs were used: of each, a limit of one use in the time for which it could be sent again. So it is kept
 * where limits are counted, for all processes that share the limiter.
 *
 * @returns a function that tells whether a proof is used for the first time. It throws where that cannot be known.
 */
export function usedProofs(limiter: RateLimiter) {
  return async (keyId: string, proofId: string, usableMs: number): Promise<boolean> => {
    // A digest: what a client writes becomes no name there, whatever its length.
    const subject = `${keyId}:${createHash('sha256').update(proofId).digest('base64url')}`
    const verdict = await limiter.take(subject, [{ name: 'proof', limit: 1, windowMs: usableMs }], 1)
    if (typeof verdict?.admitted === 'boolean' && verdict.degraded === false) return verdict.admitted
    throw new Error('The rate limiter does not know which proofs other processes have seen: it counts by itself now.')
  }
}
