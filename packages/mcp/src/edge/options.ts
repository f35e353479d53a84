import type { GateRequest, TrustedProxies } from '@keywright/core'
import { type Access, InvalidOptions, type LevelsOf } from '@keywright/core'
import { checkNames, isStringArray, type NamesOf, wholeNumber } from '@keywright/core/adapter'
import type { OnCall } from '../caller/call-event.js'
import type { Login } from '../caller/caller.js'
import { isScopeToken } from '../rpc/scope-token.js'
import { type Approve, defaultApproveMs } from '../server/approval.js'
import { checkDocsUrl } from './check-docs-url.js'

/**
 * The ids of the resources that a connection may reach, by resource type. `null` and `undefined` stand for a parameter that the
 * URL does not have: the connection then reaches no resource of that type.
 */
export type NarrowTo<A extends Access> = {
  readonly [K in keyof LevelsOf<A>]?: readonly (string | null | undefined)[]
}

/** Options of {@link createMcpAuth}. */
export interface McpAuthOptions<A extends Access = Access, L extends Login = Login> {
  /**
   * Narrows each connection to the resources that its URL names. Called on every request. The request is answered with 404 if
   * the URL has a parameter twice or names an id out of the caller's reach, and with 503 if this takes longer than 5 seconds.
   *
   * @defaultValue not narrowed: a connection reaches what its key reaches
   *
   * @example
   * ```ts
   * narrow: (url) => ({ board: [url.searchParams.get('boardId')] })
   * ```
   */
  readonly narrow?: (url: URL) => NarrowTo<A> | Promise<NarrowTo<A>>
  /**
   * The page where a person gets a key. Refusals name it.
   *
   * @defaultValue none: refusals name no page
   *
   * @example
   * ```ts
   * docsUrl: 'https://example.com/settings/keys'
   * ```
   */
  readonly docsUrl?: string | undefined
  /**
   * The realm in `WWW-Authenticate`. @defaultValue 'mcp'
   *
   * @example
   * ```ts
   * realm: 'task board'
   * ```
   */
  readonly realm?: string | undefined
  /**
   * The headers that may have a key, in place of `X-API-Key`, as in every guard. `Authorization: Bearer` is always read. Handlers
   * see none of them.
   *
   * @defaultValue ['X-API-Key']
   *
   * @example
   * ```ts
   * headers: ['X-Acme-Key']
   * ```
   */
  readonly headers?: readonly string[] | undefined
  /**
   * The host's own login, beside keys. Called when the request presents no key of this keyring. `null` means that nobody is
   * signed in. Handlers get what it returned as `auth.caller(extra).login`. The request is refused with 503 if this takes longer
   * than 5 seconds.
   *
   * @defaultValue none: only keys are accepted
   *
   * @example
   * ```ts
   * fallback: async ({ fields }) => {
   *   const user = await userOf(fields)
   *   return user && { id: user.id, name: user.name, allows: user.can, allowsOn: user.canOn }
   * }
   * ```
   */
  readonly fallback?: ((request: GateRequest, original: object) => L | null | Promise<L | null>) | undefined
  /**
   * The URL of the OAuth protected resource metadata. Set it only if the host really offers OAuth: clients that find an
   * authorization server send it what they have. Requests with a key of this keyring are never told of it.
   *
   * @defaultValue none: challenges have no `resource_metadata`
   *
   * @example
   * ```ts
   * resourceMetadataUrl: 'https://example.com/.well-known/oauth-protected-resource/mcp'
   * ```
   */
  readonly resourceMetadataUrl?: string | undefined
  /**
   * The scopes that an OAuth client should ask for at first. The 401 that names `resourceMetadataUrl` names them, too.
   *
   * @defaultValue none: a client asks for all that the metadata, or else the authorization server, says
   *
   * @example
   * ```ts
   * initialScopes: ['tasks.read', 'offline_access']
   * ```
   */
  readonly initialScopes?: readonly string[]
  /**
   * What lists do with tools, prompts and resource templates that the key may not use. `hide` leaves them out, and calls of them
   * are answered as if they did not exist. `list` shows them, and calls of them say which scopes are missing. A tool without
   * `scoped` is hidden either way.
   *
   * @defaultValue 'hide'
   *
   * @example
   * ```ts
   * unavailableTools: 'list'
   * ```
   */
  readonly unavailableTools?: 'hide' | 'list' | undefined
  /**
   * How to answer a call that the caller, a key or a person, could make on other resources only. `in-band` answers with a tool
   * result that has `isError`. `http-403` answers with HTTP 403 and the required scopes, for OAuth clients that can step up; other
   * clients take it for a failed login. Both apply to keys and people alike. With `http-403`, a person, who can step up, gets it for
   * any missing scope, and only their challenge names `resourceMetadataUrl`.
   *
   * @defaultValue 'in-band'
   *
   * @example
   * ```ts
   * insufficientScope: 'http-403'
   * ```
   */
  readonly insufficientScope?: 'in-band' | 'http-403' | undefined
  /**
   * The accepted `Host` values, ports included. Requests with another value get 403.
   *
   * @defaultValue any
   *
   * @example
   * ```ts
   * allowedHosts: ['mcp.example.com', 'localhost:3000']
   * ```
   */
  readonly allowedHosts?: readonly string[]
  /**
   * The accepted `Origin` values. Requests with another value get 403; requests without `Origin` pass.
   *
   * @defaultValue any
   *
   * @example
   * ```ts
   * allowedOrigins: ['https://app.example.com']
   * ```
   */
  readonly allowedOrigins?: readonly string[]
  /**
   * How often the caller of an open stream is checked, in milliseconds, from 1 to 25000. A check may take 5 seconds, so a stream
   * stays open for at most 30 seconds after its caller lost access.
   *
   * @defaultValue 25000
   *
   * @example
   * ```ts
   * recheckMs: 5_000
   * ```
   */
  readonly recheckMs?: number | undefined
  /**
   * Binds session ids to their callers, at least 32 bytes. Processes that share sessions must share it.
   *
   * @defaultValue random for each process
   *
   * @example
   * ```ts
   * sessionSecret: process.env.SESSION_SECRET
   * ```
   */
  readonly sessionSecret?: string | Uint8Array | undefined
  /**
   * The largest body that `fetch` reads, in bytes. A larger one gets 413. Behind `express`, your body parser sets the limit; a
   * larger body that no parser has read yet is passed on unread, and takes one unit.
   *
   * @defaultValue 4 MiB, as in both SDKs
   *
   * @example
   * ```ts
   * maxBodyBytes: 1024 * 1024
   * ```
   */
  readonly maxBodyBytes?: number | undefined
  /**
   * The proxies before this server: addresses, CIDR ranges, `'loopback'`, `'linklocal'` and `'uniquelocal'`, or how many there
   * are. Their `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
   *
   * @defaultValue none: the client is at the other end of the socket
   *
   * @example
   * ```ts
   * trustedProxies: ['10.0.0.0/8']
   * ```
   */
  readonly trustedProxies?: TrustedProxies | undefined
  /**
   * Refuses a key that was sent over plain HTTP, without verifying it. If a proxy ends TLS, name it in `trustedProxies`.
   *
   * @defaultValue true if NODE_ENV is 'production', otherwise false
   *
   * @example
   * ```ts
   * requireHttps: true
   * ```
   */
  readonly requireHttps?: boolean | undefined
  /**
   * Receives each tool call: the caller, the tool, the decision and the duration, but never the arguments.
   *
   * @defaultValue none
   *
   * @example
   * ```ts
   * onCall: keyring.audit.recordCall
   * ```
   */
  readonly onCall?: OnCall | undefined
  /**
   * Asks the owner of a key whether a tool with `approve: 'owner'` may run, after the scopes were checked. `'approved'` runs it.
   * `'denied'` refuses the call. So does `{ url }`, which also tells the client on which page the owner can approve the next one:
   * remember there for what. If it throws, or answers anything else, the call is refused as `auth_unavailable`.
   *
   * @defaultValue none: no tool may have `approve`
   *
   * @example
   * ```ts
   * approve: async ({ tool, arguments: input, principal, signal }) =>
   *   askInApp(principal?.owner, `${tool} ${JSON.stringify(input)}`, { signal })
   * ```
   */
  readonly approve?: Approve<A, L> | undefined
  /**
   * How long `approve` may take, in milliseconds. After that the answer is no. Clients give up after 60 seconds unless they were
   * told otherwise.
   *
   * @defaultValue 50_000
   *
   * @example
   * ```ts
   * approveMs: 20_000
   * ```
   */
  readonly approveMs?: number | undefined
}

const optionNames: NamesOf<McpAuthOptions> = {
  narrow: true,
  docsUrl: true,
  realm: true,
  headers: true,
  fallback: true,
  resourceMetadataUrl: true,
  initialScopes: true,
  unavailableTools: true,
  insufficientScope: true,
  allowedHosts: true,
  allowedOrigins: true,
  recheckMs: true,
  sessionSecret: true,
  maxBodyBytes: true,
  trustedProxies: true,
  requireHttps: true,
  onCall: true,
  approve: true,
  approveMs: true,
}

/** @throws {@link InvalidOptions} when an option is wrong, unknown, or a bound that got lost. The error names the option. */
export function checkOptions(options: McpAuthOptions): void {
  checkNames(options, optionNames, { defined: ['narrow', 'initialScopes', 'allowedHosts', 'allowedOrigins'] })
  const { docsUrl, recheckMs = 25_000, sessionSecret, maxBodyBytes = 1, approveMs = defaultApproveMs } = options
  checkDocsUrl(docsUrl)
  checkOAuth(options)
  checkChoice(options, 'insufficientScope', ['in-band', 'http-403'])
  checkChoice(options, 'unavailableTools', ['hide', 'list'])
  for (const name of ['narrow', 'fallback', 'onCall', 'approve'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') throw new InvalidOptions(name, 'a function')
  }
  for (const name of ['allowedHosts', 'allowedOrigins'] as const) {
    if (options[name] !== undefined && !isStringArray(options[name])) {
      throw new InvalidOptions(name, 'an array of strings')
    }
  }
  wholeNumber(recheckMs, 'recheckMs', { least: 1, most: 25_000 })
  if (sessionSecret !== undefined && Buffer.byteLength(sessionSecret) < 32) {
    throw new InvalidOptions('sessionSecret', 'at least 32 bytes')
  }
  wholeNumber(maxBodyBytes, 'maxBodyBytes', { least: 1 })
  wholeNumber(approveMs, 'approveMs', { least: 1, most: 3_600_000 })
}

/** What clients are told about OAuth ends up in a header. */
function checkOAuth({ resourceMetadataUrl, initialScopes }: McpAuthOptions): void {
  if (resourceMetadataUrl !== undefined && !URL.canParse(resourceMetadataUrl)) {
    throw new InvalidOptions('resourceMetadataUrl', 'a URL')
  }
  if (initialScopes === undefined) return
  if (!isStringArray(initialScopes) || initialScopes.length === 0 || !initialScopes.every(isScopeToken)) {
    throw new InvalidOptions('initialScopes', 'a list of at least one OAuth scope')
  }
  if (resourceMetadataUrl === undefined) {
    throw new InvalidOptions(
      'initialScopes',
      'undefined where resourceMetadataUrl is not set: no client would see them',
    )
  }
}

function checkChoice(
  options: McpAuthOptions,
  name: 'insufficientScope' | 'unavailableTools',
  choices: readonly string[],
): void {
  const value = options[name]
  if (value === undefined || choices.includes(value)) return
  throw new InvalidOptions(name, choices.map((choice) => `'${choice}'`).join(' or '))
}
