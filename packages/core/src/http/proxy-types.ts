/** The parts of a request that show its client's address. */
export interface ClientIpInput {
  /** The address at the other end of the socket. @defaultValue none: the client's address is unknown */
  readonly remoteAddress?: string | null | undefined
  /** Every field line as it was received. Only `X-Forwarded-For` is read. */
  readonly fields: readonly (readonly [name: string, value: string])[]
}

/** Tests whether a proxy is trusted. `address` is empty if its socket has none; `hop` counts from 0, at the socket. */
export type TrustProxy = (address: string, hop: number) => boolean

/** The way of a request through trusted proxies. */
export interface ProxyWalk {
  /** The client's address in its normal form, or `null` if it is unknown. */
  readonly client: string | null
  /** How many trusted proxies the request came through. */
  readonly proxies: number
}

/**
 * The proxies in front of a server, as Express's `trust proxy` has them: addresses, CIDR ranges and the names `loopback`,
 * `linklocal` and `uniquelocal`, in a list or between commas; or how many proxies every request comes through.
 */
export type TrustedProxies = number | string | readonly string[]
