import { type Access, InvalidOptions, type Keyring, type Principal } from '@keywright/core'
import { createAdmit } from './admit.js'
import type { AuthInfo } from './auth-info.js'
import { type Caller, callerOf, type Login, type Narrowing } from './callers.js'
import { type FetchContext, type FetchHandler, gateFetch, serveFetch } from './fetch-side.js'
import { withholdArguments } from './hidden-calls.js'
import { listenFilter } from './listen.js'
import { type Edge, type NodeMiddleware, nodeMiddleware } from './node-middleware.js'
import { openStreams } from './open-streams.js'
import { checkOptions, type McpAuthOptions } from './options.js'
import { type ProtectableServer, protectServer } from './protect.js'
import { createRegistry } from './registry.js'
import { scopeChallenge } from './scope-challenge.js'
import { sessionTags } from './session-tag.js'
import { tellShown } from './shown.js'
import { openStdio, type StdioOptions } from './stdio.js'
import { type TokenVerifier, tokenVerifier } from './verifier.js'

/** Who sent a message: a key, or a person whom the host has signed in. */
export type McpCaller<A extends Access = Access> =
  | { readonly type: 'key'; readonly principal: Principal<A>; readonly narrowing: Narrowing }
  | { readonly type: 'login'; readonly login: Login; readonly narrowing: Narrowing }

/** Puts keys before an MCP server. See `createMcpAuth`. */
export interface McpAuth<A extends Access = Access> {
  /** Middleware for Express, before the handler of the endpoint: all of its methods, `GET` and `DELETE` too. */
  express(): NodeMiddleware
  /** For hosts that call the SDK themselves: who sent the request, or the response to send instead. No sessions, no streams. */
  gate(request: Request, context?: FetchContext): Promise<AuthInfo | Response>
  /** Serves an MCP handler on a fetch host. */
  fetch(handler: FetchHandler): (request: Request, context?: FetchContext) => Promise<Response>
  /**
   * For `requireBearerAuth` of either SDK, which knows no limits, sessions and streams: `express` and `fetch` do. `toError` makes
   * its error: `(message) => new InvalidTokenError(message)`.
   *
   * @throws InvalidOptions with `narrow`: a verifier is not told the URL.
   */
  verifier(toError: (message: string) => Error): TokenVerifier
  /**
   * Has `server` show and do, for each message, only what its sender may. Before anything is registered.
   *
   * @throws InvalidOptions for a server that has something registered, or that keeps tasks.
   */
  protect<S extends ProtectableServer>(server: S): S
  /**
   * The key behind a message, narrowed to its connection; `extra` is a handler's last argument.
   *
   * @throws TypeError where there is none.
   */
  principal(extra: unknown): Principal<A>
  /** Who sent a message, or `null`. */
  caller(extra: unknown): McpCaller<A> | null
  /**
   * The same for a server on stdio, whose key is in the environment. Ends the process, with a line on stderr, if it is no good.
   */
  stdio(options: StdioOptions): Promise<Pick<McpAuth<A>, 'protect' | 'principal' | 'caller'>>
  /** Checks the callers of open streams now: call it when a key was changed elsewhere. @param keyId - @defaultValue all */
  invalidate(keyId?: string): Promise<void>
}

/**
 * Makes what an MCP server needs to accept a keyring's keys, on either official SDK. One for each endpoint: servers of another
 * one may ask other things by the same names.
 *
 * @throws InvalidOptions at start-up, naming the option.
 */
export function createMcpAuth<A extends Access>(typed: Keyring<A>, given: McpAuthOptions<A> = {}): McpAuth<A> {
  // A only narrows names, which the access model checks at run time.
  const keyring = typed as unknown as Keyring
  const options = given as unknown as McpAuthOptions
  checkOptions(options)
  const known = createRegistry(10_000) // servers come and go, this stays
  const { docsUrl = null, hidden = 'hide', recheckMs = 25_000, sessionSecret, maxBodyBytes = 4 * 1024 * 1024 } = options
  const { realm = 'mcp' } = options
  const onCall = isolated(options.onCall)
  const edge: Edge = {
    admit: createAdmit(keyring, options),
    tags: sessionTags(sessionSecret),
    streams: openStreams(recheckMs),
    filterListen: listenFilter(known),
    shown: tellShown(known),
    withhold: hidden === 'hide' ? withholdArguments(known) : null,
    challenge:
      options.insufficientScope === 'http-403'
        ? scopeChallenge(known, { realm, docsUrl, resourceMetadataUrl: options.resourceMetadataUrl }, onCall)
        : null,
    maxBodyBytes,
  }
  let isPrimed = false
  const protect = <S extends ProtectableServer>(server: S, fallback: (() => Promise<Caller>) | null): S => {
    isPrimed = true
    const settings = { access: keyring.access, registry: known, known, docsUrl, hidden, fallback }
    return protectServer(server, { ...settings, onCall })
  }
  const whose = {
    principal: (extra: unknown) => {
      const principal = callerOf(extra)?.principal
      if (principal == null) throw new TypeError('No API key came with this message')
      return principal as unknown as Principal<A>
    },
    caller: (extra: unknown) => publicCaller<A>(callerOf(extra)),
  }
  return Object.freeze({
    ...whose,
    express: () => nodeMiddleware(edge),
    gate: (request: Request, context: FetchContext = {}) => gateFetch(edge, request, context),
    fetch: (handler: FetchHandler) => {
      if (typeof handler?.fetch !== 'function') throw new InvalidOptions('handler', 'an object with fetch')
      return (request: Request, context: FetchContext = {}) =>
        serveFetch(edge, handler, request, context, () => isPrimed)
    },
    verifier: (toError: (message: string) => Error) => {
      if (options.narrow !== undefined) throw new InvalidOptions('narrow', 'none: a verifier is not told the URL')
      if (typeof toError !== 'function') throw new InvalidOptions('toError', "a function that makes the SDK's error")
      return tokenVerifier(keyring, toError)
    },
    protect: <S extends ProtectableServer>(server: S) => protect(server, null),
    stdio: async (stdio: StdioOptions) => {
      const sender = await openStdio(keyring, stdio, docsUrl)
      return Object.freeze({ ...whose, protect: <S extends ProtectableServer>(server: S) => protect(server, sender) })
    },
    invalidate: (keyId?: string) => edge.streams.invalidate(keyId),
  })
}

function publicCaller<A extends Access>(caller: Caller | null): McpCaller<A> | null {
  if (caller === null) return null
  const { principal, login, narrowing } = caller
  if (principal !== null) return { type: 'key', principal: principal as unknown as Principal<A>, narrowing }
  return login === null ? null : { type: 'login', login, narrowing }
}

function isolated(onCall: McpAuthOptions['onCall']): NonNullable<McpAuthOptions['onCall']> {
  if (onCall === undefined) return () => {}
  return (event) => {
    try {
      Promise.resolve(onCall(event)).catch(() => {})
    } catch {
      // The host's observer is not on the way of the call.
    }
  }
}
