import type { Access, Principal } from '../access/index.js'
import type { Refusal, Verdict } from '../verdict/index.js'
import type { GateRequest } from './gate-request.js'
import type { Reply } from './reply.js'

/** The principal behind a gate. It can only be `null`, for a request without a key, if the gate is `optional`. */
export type GatePrincipal<A extends Access, O extends boolean> = Principal<A> | (O extends true ? null : never)

/**
 * Why a gate refuses a request: a refusal of the keyring, a key that was sent over plain HTTP, or a proxy that is not named, so that
 * it cannot be known whether it was.
 */
export type GateRefusal =
  | Refusal
  | { readonly code: 'api_key_sent_in_clear'; readonly keyId: string | null }
  | { readonly code: 'auth_unavailable'; readonly reason: 'proxy'; readonly cause: unknown }

/** Additional units to take from the rate limits of the request's key. */
export interface MoreUnits {
  /** The number of units. */
  readonly cost: number
  /** Whether they also count as one more request in the usage. */
  readonly countUsage: boolean
}

/** The decision about an HTTP request: a principal for the handler, or the reply to send instead. */
export type GateVerdict<P = Principal> =
  | {
      readonly ok: true
      readonly principal: P
      /** Headers for the response. An adapter adds to `Vary`, and sets others before the handler runs, unless they are set. */
      readonly headers: Readonly<Record<string, string>>
      /** Whether rate limits or budgets apply to the key. Where none do, there are no more units to take. */
      readonly limited: boolean
      /** Verifies the credential again, to take more units. Missing if the request has no credential. */
      readonly again?: (units: MoreUnits) => Promise<Verdict>
    }
  | {
      readonly ok: false
      /** Why the request is refused, for logs. Send the client only the reply. */
      readonly refusal: GateRefusal
      readonly reply: Reply
      /** `false` if the request has no credential, or a bearer token that is not ours. Only then may a fallback login answer. */
      readonly keyPresented: boolean
    }

/** Decides about one request. Passes `original` to the option `resource`. Never rejects. */
export type Gate<P = Principal, R = GateRequest> = (request: GateRequest, original: R) => Promise<GateVerdict<P>>

/** Facts about a guard that its adapter knows. */
export interface GateSetting {
  /** Whether another login answers if no key was presented. Then a token of that login emits no `api_key.verify_failed`. */
  readonly hasFallback: boolean
  /** Whether its requests have `trusts`, so that `trustedProxies` may be `'framework'`. @defaultValue false */
  readonly tellsTrust?: boolean
  /** The units that each request takes. @defaultValue 1 */
  readonly cost?: number
}
