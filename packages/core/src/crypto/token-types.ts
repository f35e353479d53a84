/** The parts of a token, without its checksum. */
export interface TokenParts {
  /** The beginning of the token, such as `tk_live`, without the `_` after it. */
  readonly namespace: string
  /** The id of the key: 12 letters and digits. Not secret. */
  readonly id: string
  /** 22 to 64 letters and digits. */
  readonly secret: string
}

/** The tokens that {@link parseToken} accepts. */
export interface ParseTokenOptions {
  /** The namespaces of accepted tokens, such as `tk_live`. */
  readonly namespaces: readonly string[]
  /** The number of characters of the secret, or each number that it may have. @defaultValue 32 */
  readonly secretLength?: number | readonly number[]
}

/** Why a text is not a token of these namespaces. */
export type InvalidTokenReason = 'empty' | 'too_long' | 'prefix' | 'length' | 'alphabet' | 'checksum_range' | 'checksum'

/** The result of {@link parseToken}. */
export type ParsedToken =
  | ({ readonly ok: true } & TokenParts)
  | { readonly ok: false; readonly reason: InvalidTokenReason }

/** A token that was read: its secret is not asked for on the way of a request. */
export type ReadToken =
  | { readonly ok: true; readonly token: string; readonly namespace: string; readonly id: string }
  | { readonly ok: false; readonly reason: InvalidTokenReason }

/** The format of a keyring's tokens. */
export interface TokenFormat {
  /** Namespaces that this process accepts, such as `tk_live`; the one of new tokens first. */
  readonly namespaces: readonly string[]
  /** Namespaces of the other environments. Their tokens are refused. */
  readonly foreign: readonly string[]
  /** Each number of characters that a secret may have; that of new tokens first. */
  readonly secretLength: readonly number[]
  /** Whether a token that has not the form of these may be an imported one. */
  readonly opaque: boolean
}

/** A token that may belong to a key. */
export interface Credential {
  readonly token: string
  /** The id of its key. `null` for a token that may be imported: its key is looked up by a digest. */
  readonly id: string | null
  /** Its namespace, such as `tk_live`; `null` for a token that may be imported. */
  readonly namespace: string | null
}

/** The result of {@link recognizeToken}. */
export type Recognized =
  | ({ readonly ok: true } & Credential)
  | {
      readonly ok: false
      readonly reason: InvalidTokenReason
      /** Whether it has none of our namespaces. It may then be another credential, such as a JWT of the host's own login. */
      readonly isForeign: boolean
    }
