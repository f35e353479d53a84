import type { TrustProxy } from './proxy-types.js'

/** The parts of a request that a gate reads. */
export interface GateRequest {
  /** Every field line as it was received. Do not join repeated lines: a gate refuses repeated credentials. */
  readonly fields: readonly (readonly [string, string])[]
  /** The request target, including its query. */
  readonly url: string
  /** The HTTP method. Proofs of bound keys name it. @defaultValue unknown: requests with a key that is bound by DPoP get 503 */
  readonly method?: string | undefined
  /** The address at the other end of the socket. @defaultValue unknown: keys with an `ipAllowList` are refused */
  readonly remoteAddress?: string | undefined
  /** Whether the connection to this server is encrypted. @defaultValue false */
  readonly encrypted?: boolean | undefined
  /** Which proxies the framework trusts, by its own setting. Read if `trustedProxies` is `'framework'`. @defaultValue none */
  readonly trusts?: TrustProxy | undefined
}
