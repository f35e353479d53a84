/** Why a proof is not good. */
export type DpopFault =
  /** It is no proof of the form that RFC 9449 §4.2 asks for. */
  | 'malformed'
  | 'algorithm'
  /** It is signed by another key than the one that the API key is bound to. */
  | 'key'
  | 'signature'
  | 'method'
  | 'url'
  /** It was made too long ago, or is from the future. */
  | 'time'
  /** It is for another token. */
  | 'token'
  /** It lacks a nonce of the server's, or has an old one. */
  | 'nonce'

/** A proof that came with a request, and what it must be for. */
export interface DpopQuestion {
  /** The value of the one `DPoP` header. */
  readonly proof: string
  readonly method: string
  /** The target of the request: its path, or its URL. */
  readonly url: string
  /** The token that came with it. */
  readonly token: string
  /** The thumbprint of the key that must have signed it (RFC 7638). */
  readonly jkt: string
  /** The time, by the store's clock. */
  readonly now: Date
}

/** The answer to {@link DpopChecker.check}. */
export type DpopVerdict =
  | {
      readonly ok: true
      /** Names the proof among all that were signed by the same key: its `jti`. */
      readonly id: string
      /** For how long it could be sent again: whole seconds, in milliseconds. */
      readonly usableMs: number
    }
  | { readonly ok: false; readonly fault: DpopFault }

/**
 * Checks DPoP proofs (RFC 9449): `dpopProofs` of `@keywright/dpop` makes one. It remembers nothing: that no proof is used twice, the
 * keyring sees to, with its rate limiter.
 */
export interface DpopChecker {
  /** The algorithms of signatures that it accepts, for the challenge. */
  readonly algorithms: readonly string[]
  /** Checks all of a proof but whether it was used before. What it throws makes the request unavailable. */
  check(question: DpopQuestion): Promise<DpopVerdict>
  /** The nonce for a proof to be made now; `null`: none is asked for. */
  nonce(now: Date): string | null
}
