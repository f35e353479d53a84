import type { GateRequest } from '@keywright/core'
import { type Access, InvalidOptions, type LevelsOf } from '@keywright/core'
import type { Login } from './callers.js'
import type { OnCall } from './event.js'

/** The resources of a connection. No id (`null`) is a parameter that was left out: the connection reaches none of that type. */
export type NarrowTo<A extends Access> = {
  readonly [K in keyof LevelsOf<A>]?: readonly (string | null | undefined)[]
}

/** Options of `createMcpAuth`. */
export interface McpAuthOptions<A extends Access = Access> {
  /**
   * Narrows each connection to the resources that its URL names (L6). Asked on every request. A URL with a parameter twice, or
   * with an id that the caller does not reach, is answered with 404; with 503 where it takes longer than five seconds to know.
   * @defaultValue not narrowed
   */
  readonly narrow?: ((url: URL) => NarrowTo<A> | Promise<NarrowTo<A>>) | undefined
  /** Where a person gets a key: refusals say so. */
  readonly docsUrl?: string | undefined
  /** The realm of challenges. @defaultValue 'mcp' */
  readonly realm?: string | undefined
  /**
   * The host's own login beside keys (O9): asked where no key of ours came. `null`: nobody. Has five seconds, then the request
   * is refused with 503. @defaultValue keys alone
   */
  readonly orElse?: ((request: GateRequest, original: object) => Login | null | Promise<Login | null>) | undefined
  /** The URL of the protected resource's metadata; set it where OAuth is really offered, and only there (MCP-5). */
  readonly resourceMetadataUrl?: string | undefined
  /** `show`: lists name what the key may not use, and calls of it say which scopes it lacks. @defaultValue 'hide' */
  readonly hidden?: 'hide' | 'show' | undefined
  /**
   * `http-403`: a call that the key may make on other resources alone is answered with HTTP 403 and the scopes it needs, for
   * OAuth clients that can step up; others take it for a broken login. Behind `express`, where a body parser comes before it.
   * @defaultValue 'in-band'
   */
  readonly insufficientScope?: 'in-band' | 'http-403' | undefined
  /** `Host` values, ports included, that are answered; others get 403. @defaultValue any */
  readonly allowedHosts?: readonly string[] | undefined
  /** `Origin` values that are answered, beside requests without one; others get 403. @defaultValue any */
  readonly allowedOrigins?: readonly string[] | undefined
  /**
   * How often the caller of an open stream is checked, 1 to 25000. A check may take five seconds: none that lost its right
   * is open for longer than 30 (CONS-11). @defaultValue 25000
   */
  readonly recheckMs?: number | undefined
  /** Binds session ids to callers; share it between processes that share sessions. @defaultValue random */
  readonly sessionSecret?: string | Uint8Array | undefined
  /** The largest body that `fetch` reads, in bytes. @defaultValue 4 MiB, as both SDKs */
  readonly maxBodyBytes?: number | undefined
  /** The proxies before this server, whose `X-Forwarded-For` is believed (HTTP-15). @defaultValue none */
  readonly trustedProxies?: readonly string[] | undefined
  /**
   * Refuses a key that came over plain HTTP, unread (HTTP-14). Behind a proxy that ends TLS, name it in `trustedProxies`.
   * @defaultValue whether NODE_ENV is 'production'
   */
  readonly requireHttps?: boolean | undefined
  /** Told of each tool call. @defaultValue nobody */
  readonly onCall?: OnCall | undefined
}

/** @throws InvalidOptions, naming the option. */
export function checkOptions({ docsUrl, hidden = 'hide', recheckMs = 25_000, ...rest }: McpAuthOptions): void {
  if (docsUrl !== undefined && !URL.canParse(docsUrl)) throw new InvalidOptions('docsUrl', 'a URL')
  const { insufficientScope = 'in-band' } = rest
  if (insufficientScope !== 'in-band' && insufficientScope !== 'http-403') {
    throw new InvalidOptions('insufficientScope', "'in-band' or 'http-403'")
  }
  if (hidden !== 'hide' && hidden !== 'show') throw new InvalidOptions('hidden', "'hide' or 'show'")
  if (!Number.isSafeInteger(recheckMs) || recheckMs < 1 || recheckMs > 25_000) {
    throw new InvalidOptions('recheckMs', 'whole milliseconds from 1 to 25000')
  }
  for (const name of ['narrow', 'orElse', 'onCall'] as const) {
    if (rest[name] !== undefined && typeof rest[name] !== 'function') throw new InvalidOptions(name, 'a function')
  }
  for (const name of ['allowedHosts', 'allowedOrigins'] as const) {
    const list = rest[name]
    if (list !== undefined && !(Array.isArray(list) && list.every((entry) => typeof entry === 'string'))) {
      throw new InvalidOptions(name, 'a list of texts')
    }
  }
  const { sessionSecret, maxBodyBytes = 1 } = rest
  if (sessionSecret !== undefined && Buffer.byteLength(sessionSecret) < 32) {
    throw new InvalidOptions('sessionSecret', 'at least 32 bytes')
  }
  if (!Number.isSafeInteger(maxBodyBytes) || maxBodyBytes < 1) throw new InvalidOptions('maxBodyBytes', 'whole bytes')
}
