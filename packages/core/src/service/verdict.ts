import type { Access, Principal } from '../access/index.js'
import type { InvalidTokenReason } from '../crypto/index.js'
import type { ResourceRef } from '../values/index.js'

/**
 * Why a request is refused. `code` is API and safe to show; the other fields are for the server's own eyes, except those of
 * `insufficient_scope` and `rate_limited`, which tell the holder of a good key what to do.
 */
export type Refusal =
  | { readonly code: 'api_key_missing' }
  | { readonly code: 'api_key_malformed'; readonly reason: string }
  | {
      readonly code: 'api_key_invalid'
      readonly reason: InvalidTokenReason | 'unknown' | 'secret' | 'environment' | 'leaked'
      readonly keyId: string | null
    }
  | {
      readonly code: 'api_key_disabled' | 'api_key_expired' | 'api_key_revoked' | 'owner_inactive'
      readonly keyId: string
    }
  | {
      readonly code: 'insufficient_scope'
      readonly keyId: string
      /** What the route asks for. */
      readonly required: readonly string[]
      /** What of it the key, or its owner now, does not have. */
      readonly missing: readonly string[]
      readonly resource: ResourceRef | null
    }
  | { readonly code: 'api_key_not_allowed_here'; readonly keyId: string; readonly reason: 'ip' }
  | {
      readonly code: 'auth_unavailable'
      readonly reason: 'store' | 'owner' | 'hash' | 'keyring' | 'timeout'
      readonly cause: unknown
    }

/** The stable codes of {@link Refusal}. */
export type RefusalCode = Refusal['code']

/** The answer to a verification: a union on `ok`, so that nobody reads a principal off a refused request. */
export type Verdict<A extends Access = Access> =
  | { readonly ok: true; readonly principal: Principal<A> }
  | { readonly ok: false; readonly refusal: Refusal }

/** Makes a refused verdict. */
export function refuse(refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal }
}
