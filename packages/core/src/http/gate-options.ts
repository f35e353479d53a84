import { type Access, type LevelsOf, parseRequiredScopes, type ScopeOf } from '../access/index.js'
import { checkNames, type NamesOf, wholeNumber } from '../check/index.js'
import { parseKeyHeaders } from '../credential/index.js'
import { InvalidOptions } from '../errors/index.js'
import type { ResourceRef } from '../values/index.js'
import type { GateRequest } from './gate-request.js'
import type { GateSetting } from './gate-verdict.js'
import type { TrustedProxies, TrustProxy } from './proxy-types.js'
import { readTrustedProxies } from './trusted-proxies.js'

/** A resource of the access model. */
export type ResourceOf<A extends Access> = ResourceRef<keyof LevelsOf<A> & string>

/** The rules of a guard: what a key must be allowed, and how a request is read. */
export interface GateOptions<A extends Access = Access, R = GateRequest, O extends boolean = false> {
  /** The key must allow all of these scopes. @defaultValue none: any active key passes */
  readonly scopes?: readonly ScopeOf<A>[]
  /** The key must allow at least one of these scopes, in addition to all of `scopes`. @defaultValue none */
  readonly anyOf?: readonly ScopeOf<A>[]
  /**
   * Lets a request without a credential pass, with the principal `null`. A request with a bad credential is still refused.
   * @defaultValue false
   */
  readonly optional?: O | undefined
  /**
   * Returns the resource of a request, on which resource scopes are checked. `null` refuses the request. Required if `scopes` or
   * `anyOf` has a resource scope.
   */
  readonly resource?: (request: R) => ResourceOf<A> | null | Promise<ResourceOf<A> | null>
  /** The realm in `WWW-Authenticate`: the name of the API. @defaultValue 'api' */
  readonly realm?: string | undefined
  /**
   * The headers that may have a key, in place of `X-API-Key`; `Authorization: Bearer` is always read. Refusals name the first one.
   * A key in two of them is refused with 400, and so is one in Authorization beside another here. A bearer token that is none of
   * this keyring's, such as a platform's JWT, may stand beside a key in one of these headers, unless the keyring has `imports`: then
   * it could be a key itself. @defaultValue ['X-API-Key']
   *
   * @example
   * ```ts
   * headers: ['X-Acme-Key', 'X-API-Key']
   * ```
   */
  readonly headers?: readonly string[] | undefined
  /**
   * The proxies in front of this server: addresses, CIDR ranges, `'loopback'`, `'linklocal'` and `'uniquelocal'`, or how many
   * there are. Only their `X-Forwarded-For` and `X-Forwarded-Proto` are used. If they give no readable address, the client's
   * address is unknown, so name proxies only, not networks with clients in them. Give a number only if no client can reach this
   * server past its proxies: who can, writes the address that is believed.
   *
   * @defaultValue none: the client is at the other end of the socket
   *
   * @example
   * ```ts
   * trustedProxies: ['10.0.0.0/8', 'loopback']
   * ```
   */
  readonly trustedProxies?: TrustedProxies | undefined
  /**
   * Refuses a key that was sent over plain HTTP with 403 `api_key_sent_in_clear`, and emits an event. The key is not looked up. If
   * a proxy terminates TLS, name it in `trustedProxies`. A request from this machine is not in clear; what a proxy on it says of
   * the scheme counts. `X-Forwarded-Proto: https` from any other proxy that is not named is answered with 503, and the process
   * is warned of the proxy, once a minute. @defaultValue true if NODE_ENV is 'production'
   */
  readonly requireHttps?: boolean | undefined
  /**
   * How long a decision may take, including callbacks of the host, before the request is refused with 503. Milliseconds, 1 to
   * 60000. @defaultValue the keyring's `verifyTimeoutMs`
   */
  readonly timeoutMs?: number | undefined
  /**
   * The units that a request takes of the key's rate limits, and the credits of its budgets: a whole number, or a function of the request.
   * If it throws, the request is refused with 503. What a call really cost, `keyring.budgets.settle` says. @defaultValue 1
   */
  readonly cost?: number | ((request: R) => number) | undefined
  /**
   * Returns your name for a request, for events: `(request) => request.id`. Anything but a string of 1 to 200 characters, and
   * what may hold a key, is no name. @defaultValue events have none
   */
  readonly requestId?: ((request: R) => string | undefined) | undefined
}

const optionNames: NamesOf<GateOptions> = {
  scopes: true,
  anyOf: true,
  optional: true,
  resource: true,
  realm: true,
  headers: true,
  trustedProxies: true,
  requireHttps: true,
  timeoutMs: true,
  cost: true,
  requestId: true,
}

/** The options, checked at start-up. */
export interface GateTerms<A extends Access, R> {
  readonly scopes: readonly string[]
  /** `null`: the option is not set. */
  readonly anyOf: readonly string[] | null
  /** `null`: no scope needs a resource. */
  readonly resource: ((request: R) => Promise<ResourceOf<A>>) | null
  readonly optional: boolean
  readonly realm: string
  readonly headers: readonly string[]
  /** `null`: the framework decides, and each request says how. */
  readonly trusts: TrustProxy | null
  readonly requireHttps: boolean
  readonly timeoutMs: number
  /** Units that each request takes; `null`: the setting of the adapter. */
  readonly cost: ((request: R) => number) | number | null
  /** `null`: requests have no name. */
  readonly requestId: ((request: R) => string | undefined) | null
}

/**
 * Parses the options of a guard.
 *
 * @throws {@link InvalidOptions} when an option is malformed.
 * @throws {@link ScopeUnknown} when a scope is not in the catalog.
 */
export function parseGateOptions<A extends Access, R>(
  access: A,
  options: GateOptions<A, R, boolean>,
  standardTimeoutMs: number,
  { tellsTrust = false }: Pick<GateSetting, 'tellsTrust'> = {},
): GateTerms<A, R> {
  checkNames(options, optionNames, { defined: ['scopes', 'anyOf', 'resource'] })
  const { resource, realm = 'api', optional = false, timeoutMs = standardTimeoutMs, requestId = null, cost } = options
  const scopes = options.scopes === undefined ? [] : parseRequiredScopes(access, options.scopes, 'scopes')
  const anyOf = options.anyOf === undefined ? null : parseRequiredScopes(access, options.anyOf, 'anyOf')
  const named = [...scopes, ...(anyOf ?? [])]
  const needsResource = named.find((scope) => access.resourceScopes.has(scope))
  if (needsResource !== undefined && resource === undefined) {
    const message = `Option resource is missing: the scope ${needsResource} is only allowed on a resource.`
    throw new InvalidOptions('resource', 'a function of the request', message)
  }
  if (resource !== undefined && typeof resource !== 'function') {
    throw new InvalidOptions('resource', 'a function of the request')
  }
  if (typeof realm !== 'string') throw new InvalidOptions('realm', 'a string')
  if (typeof optional !== 'boolean') throw new InvalidOptions('optional', 'a boolean')
  if (requestId !== null && typeof requestId !== 'function')
    throw new InvalidOptions('requestId', 'a function of the request')
  const isFrameworks = tellsTrust && options.trustedProxies === 'framework'
  return {
    scopes,
    anyOf,
    resource:
      resource === undefined || named.length === 0 ? null : async (request) => (await resource(request)) ?? none(),
    optional,
    realm,
    headers: parseKeyHeaders(options.headers),
    trusts: isFrameworks ? null : readTrustedProxies(options.trustedProxies),
    requireHttps: parseRequireHttps(options.requireHttps),
    timeoutMs: wholeNumber(timeoutMs, 'timeoutMs', { least: 1, most: 60_000 }),
    cost: cost === undefined ? null : typeof cost === 'function' ? cost : wholeNumber(cost, 'cost', { least: 0 }),
    requestId,
  }
}

/** `null` from the host stands for a resource without access. It must not skip the check. */
function none<A extends Access>(): ResourceOf<A> {
  return { type: '', id: '' } as ResourceOf<A> // not a type of the model, so no grant matches it
}

/** Parses the option `requireHttps` of a gate. @throws {@link InvalidOptions} when it is not a boolean. */
function parseRequireHttps(value: unknown = globalThis.process?.env.NODE_ENV === 'production'): boolean {
  if (typeof value === 'boolean') return value
  throw new InvalidOptions('requireHttps', 'a boolean')
}
