import type { InvalidTokenReason, TokenFormat } from '../crypto/index.js'
import type { TokensInUrls } from './find-exposed-key.js'

/** The part of a request that may hold a credential. */
export interface CredentialInput {
  /** Every field line as it was received. Do not join repeated lines: repeated credentials are refused. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** The request target, including its query. */
  readonly url: string
}

/** The form of our tokens. */
export interface CredentialFormat {
  /** Namespaces that this process accepts, such as `tk_live`. */
  readonly namespaces: readonly string[]
  /** Namespaces of our other environments. Their tokens are refused, and not treated as another login's. @defaultValue none */
  readonly foreign?: readonly string[]
  /** The number of characters of the secret, or each number that it may have. @defaultValue 32 */
  readonly secretLength?: number | readonly number[]
  /**
   * Accepts a token that has not the form of ours as a candidate, for imported keys, with characters such as `:`, `$` and `|` that
   * no bearer token has by RFC 6750. @defaultValue false
   */
  readonly opaque?: boolean
  /** Reads a token from `Authorization: DPoP` as well, as those of bound keys come. @defaultValue false */
  readonly dpop?: boolean
  /** The headers that may have a key, beside `Authorization: Bearer`. @defaultValue `X-API-Key` */
  readonly headers?: readonly string[]
}

/** The header that had the credential: `x-api-key` stands for any of `headers`. No other place is read. */
export type CredentialSource = 'bearer' | 'dpop' | 'x-api-key'

/** Why a request is malformed, even if its key is good. */
export type InvalidRequestReason =
  | 'malformed_authorization'
  | 'empty_bearer'
  | 'missing_scheme'
  | 'not_b64token'
  | 'repeated_authorization'
  | 'malformed_x_api_key'
  | 'repeated_x_api_key'
  | 'multiple_methods'
  | 'key_in_url'

/** The credential of a request, before the store is read. Only a `candidate` has a token. */
export type CredentialReading =
  | { readonly verdict: 'none' }
  | {
      readonly verdict: 'invalid_request'
      readonly reason: InvalidRequestReason
      /** With `key_in_url`: the id of the leaked key, if its checksum is correct. */
      readonly exposedKeyId?: string
    }
  | {
      readonly verdict: 'invalid_token'
      readonly reason: InvalidTokenReason
      readonly source: CredentialSource
      /** Set if a bearer token has none of our namespaces. It may be another credential, such as a JWT of the host's own login. */
      readonly isForeign?: true
    }
  | {
      readonly verdict: 'candidate'
      readonly token: string
      /** The id of its key. `null` for an `opaque` token: look it up by its digest. */
      readonly id: string | null
      /** Its namespace, such as `tk_live`; `null` for an `opaque` token. */
      readonly namespace: string | null
      readonly source: CredentialSource
    }

/** Tests whether a text has the characters of a token. */
export type IsToken = (text: string) => boolean

/** A format, made ready. */
export interface Ready {
  readonly tokens: TokenFormat
  /** The headers for keys, in lower case. */
  readonly names: readonly string[]
  readonly ours: TokensInUrls
  readonly isToken: IsToken
  /** Whether the scheme `DPoP` counts, too. */
  readonly dpop: boolean
}

/** The reading of a malformed request. */
export type Malformed = { readonly verdict: 'invalid_request'; readonly reason: InvalidRequestReason }

/** The token of a field; `''`: it has none. */
export type FieldReading = string | Malformed
