import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

/** Makes and knows nonces. */
export interface Nonces {
  /** The nonce to give out; `null`: proofs need none. */
  current(now: Date): string | null
  isGood(nonce: unknown, now: Date): boolean
}

/** Of a server that asks for no nonce: what clients write there says nothing. */
export const noNonces: Nonces = Object.freeze({ current: () => null, isGood: () => true })

/**
 * Makes nonces without a memory: each is the MAC of a span of time. Nobody can make one in advance, and each process knows those of all
 * others. A nonce is given out in its span, and accepted in the next one, too.
 */
export function nonces(secrets: readonly string[], lifetimeMs: number): Nonces {
  const keys = secrets.map((secret) => createSecretKey(Buffer.from(secret, 'utf8')))
  const spanAt = (now: Date): number => Math.floor(now.getTime() / lifetimeMs)
  const nonceOf = (key: (typeof keys)[number] | undefined, span: number): string => {
    if (key === undefined) throw new TypeError('Nonces need a secret')
    return createHmac('sha256', key).update(`keywright dpop nonce ${lifetimeMs} ${span}`).digest('base64url')
  }
  return {
    current: (now) => nonceOf(keys[0], spanAt(now)),
    isGood: (nonce, now) => {
      if (typeof nonce !== 'string') return false
      const given = Buffer.from(nonce)
      // The next span counts: the clock of the process that gave it out may be ahead.
      const good = keys.flatMap((key) => [-1, 0, 1].map((step) => Buffer.from(nonceOf(key, spanAt(now) + step))))
      return good.some((one) => one.length === given.length && timingSafeEqual(one, given))
    },
  }
}
