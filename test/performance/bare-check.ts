import { createHmac, timingSafeEqual } from 'node:crypto'

/** What somebody who writes it by hand keeps of a key. */
interface BareKey {
  readonly hash: Buffer
  readonly scopes: ReadonlySet<string>
}

/** A key check without a library. */
export interface BareCheck {
  add(token: string, scopes: readonly string[]): void
  /** The key of a token, or `null`. */
  check(token: string): Promise<BareKey | null>
  /** Whether a request with this field `authorization` may pass. */
  allows(authorization: string | undefined, scope: string): Promise<boolean>
}

/**
 * The least that a safe check does: the id finds the key in a Map, an HMAC-SHA-256 is compared in constant time. It knows no expiry,
 * status, owner or usage.
 */
export function bareCheck(): BareCheck {
  const pepper = 'a pepper for benchmarks that is long enough'
  const keys = new Map<string, BareKey>()
  const idOf = (token: string): string =>
    token.slice(token.indexOf('_', token.indexOf('_') + 1) + 1, token.lastIndexOf('_'))
  const hashOf = (token: string): Buffer => createHmac('sha256', pepper).update(token).digest()

  const check = async (token: string): Promise<BareKey | null> => {
    const key = keys.get(idOf(token))
    return key !== undefined && timingSafeEqual(key.hash, hashOf(token)) ? key : null
  }
  return {
    add: (token, scopes) => {
      keys.set(idOf(token), { hash: hashOf(token), scopes: new Set(scopes) })
    },
    check,
    allows: async (authorization, scope) => {
      if (authorization?.startsWith('Bearer ') !== true) return false
      const key = await check(authorization.slice('Bearer '.length))
      return key?.scopes.has(scope) === true
    },
  }
}
