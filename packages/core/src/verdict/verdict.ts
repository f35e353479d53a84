import type { Access, Principal } from '../access/index.js'
import type { BudgetState } from '../budgets/index.js'
import type { InvalidTokenReason } from '../crypto/index.js'
import type { RateLimitDenial, RateLimitState } from '../limits/index.js'
import type { ProofRefusal } from '../proof/index.js'
import type { BudgetHolder, ResourceRef } from '../values/index.js'

/**
 * Why a request is refused. `code` is API and safe to show; the other fields are for the server's own eyes, except those of
 * `insufficient_scope`, `rate_limited` and `budget_exhausted`, which tell the holder of a good key what to do.
 */
export type Refusal =
  | { readonly code: 'api_key_missing' }
  | { readonly code: 'api_key_malformed'; readonly reason: string }
  | {
      readonly code: 'api_key_invalid'
      readonly reason: InvalidTokenReason | 'unknown' | 'secret' | 'superseded' | 'environment' | 'leaked'
      readonly keyId: string | null
    }
  | {
      readonly code: 'api_key_disabled' | 'api_key_expired' | 'api_key_revoked' | 'delegate_expired' | 'owner_inactive'
      readonly keyId: string
    }
  | {
      readonly code: 'insufficient_scope'
      readonly keyId: string
      /** What the route asks for. */
      readonly required: readonly string[]
      /** What of it the key, or its owner now, does not have. */
      readonly missing: readonly string[]
      /** Set where one of these is needed, beside `required`, and the principal has none. */
      readonly anyOf?: readonly string[]
      readonly resource: ResourceRef | null
    }
  | (ProofRefusal & { readonly keyId: string })
  | { readonly code: 'api_key_not_allowed_here'; readonly keyId: string; readonly reason: 'ip' }
  | {
      readonly code: 'rate_limited'
      /** `null`: the network was refused, before any key was looked at. */
      readonly keyId: string | null
      readonly violatedPolicies: readonly string[]
      /** When the same request is admitted, with no other traffic. `null`: never, for it costs more than a limit. */
      readonly retryAfterMs: number | null
      readonly states: readonly RateLimitState[]
    }
  | {
      readonly code: 'budget_exhausted'
      readonly keyId: string
      /** Whose budgets have too few credits left: the key's own, its owner's, the organization's. */
      readonly exhausted: readonly BudgetHolder[]
      /** When the same request is admitted, with no other traffic. `null`: never by itself. */
      readonly refillsAt: Date | null
      readonly retryAfterMs: number | null
    }
  | {
      readonly code: 'auth_unavailable'
      readonly reason: 'store' | 'owner' | 'resource' | 'hash' | 'limits' | 'budgets' | 'proof' | 'keyring' | 'timeout'
      readonly cause: unknown
    }

/** The stable codes of {@link Refusal}. */
export type RefusalCode = Refusal['code']

/** The answer to a verification, with what is left of the key's rate limits: a union on `ok`, so that nobody reads a principal off a refused request. */
export type Verdict<A extends Access = Access> =
  | {
      readonly ok: true
      readonly principal: Principal<A>
      readonly rateLimits: readonly RateLimitState[]
      /** What is left of the budgets that the request took from. Left out where the key is under none. */
      readonly budgets?: readonly BudgetState[]
    }
  | { readonly ok: false; readonly refusal: Refusal; readonly rateLimits: readonly RateLimitState[] }

/** Makes a refused verdict. `rateLimits`: what is left of the key's limits, where they were asked. */
export function refuse(
  refusal: Refusal,
  rateLimits: readonly RateLimitState[] = [],
): Extract<Verdict, { readonly ok: false }> {
  return { ok: false, refusal, rateLimits }
}

/** The refusal of a use that the limits do not admit. */
export function tooMany({ violated, retryAfterMs, states }: RateLimitDenial, keyId: string | null): Refusal {
  return { code: 'rate_limited', keyId, violatedPolicies: violated, retryAfterMs, states }
}
