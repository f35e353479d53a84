import type { Access, Principal } from '@keywright/core'
import type { AuthInfo } from './caller/auth-info.js'
import type { Login, Narrowing } from './caller/caller.js'
import type { McpAccess } from './caller/mcp-access.js'
import type { FetchContext, FetchHandler } from './edge/fetch.js'
import type { NodeMiddleware } from './edge/node.js'
import type { StdioOptions } from './edge/stdio.js'
import type { TokenVerifier } from './edge/verifier.js'
import type { McpDeclarations } from './server/declarations.js'
import type { ProtectableServer } from './server/protect.js'
import type { AnyHandler } from './server/scoped.js'
import type { TaskMessageQueue, TaskStore } from './server/task-store.js'

/** The sender of a message: a key, or a person whom the host signed in. `L` is what the option `fallback` returns for a person. */
export type McpCaller<A extends Access = Access, L extends Login = Login> =
  | { readonly type: 'key'; readonly principal: Principal<A>; readonly narrowing: Narrowing }
  | { readonly type: 'login'; readonly login: L; readonly narrowing: Narrowing }

/** Guards one MCP endpoint with the keys of a keyring. Made by {@link createMcpAuth}. */
export interface McpAuth<A extends Access = Access, L extends Login = Login> {
  /**
   * Middleware for Express. Put it before the handler of the endpoint, for all methods: sessions also use `GET` and `DELETE`.
   * It sets `req.auth` for the SDK's transport, and removes the key from the request.
   *
   * @throws never. A refused request is answered; a fault is passed to `next`.
   *
   * @example
   * ```ts
   * app.all('/mcp', auth.express(), express.json(), (req, res) => transportOf(req).handleRequest(req, res, req.body))
   * ```
   */
  express(): NodeMiddleware
  /**
   * For hosts that call the SDK themselves: the `AuthInfo` of the sender, or the refusal to send as the answer. It guards no
   * sessions and no streams; {@link McpAuth.fetch} does.
   *
   * @param context - The connection: `remoteAddress` and `encrypted` of the socket.
   * @throws never. If the key cannot be verified, the response is a 503.
   *
   * @example
   * ```ts
   * const sender = await auth.gate(request)
   * if (sender instanceof Response) return sender
   * return transport.handleRequest(request, { authInfo: sender })
   * ```
   */
  gate(request: Request, context?: FetchContext): Promise<AuthInfo | Response>
  /**
   * Wraps an MCP handler for a fetch host: requests are guarded, and open streams are watched.
   *
   * @param handler - `createMcpHandler(…)` of v2, or `{ fetch: (r, o) => transport.handleRequest(r, o) }` for v1.
   * @returns a function that rejects only with what `handler` throws.
   * @throws {@link InvalidOptions} when `handler` has no method `fetch`.
   *
   * @example
   * ```ts
   * const mcp = auth.fetch(createMcpHandler(createServer))
   * app.all('/mcp', (c) => mcp(c.req.raw, { remoteAddress: getConnInfo(c).remote.address }))
   * ```
   */
  fetch(handler: FetchHandler): (request: Request, context?: FetchContext) => Promise<Response>
  /**
   * A verifier for `requireBearerAuth` of either SDK. Prefer `express` or `fetch`: the SDK's middleware answers 500 for a
   * rate-limited key and for an outage, does not remove the key from the request, and guards no sessions and no streams. It
   * does not pass on the client's address either, so keys that are bound to addresses are refused.
   *
   * @param toError - Makes the SDK's own error class, which becomes a 401.
   * @throws {@link InvalidOptions} when the option `narrow` is set, because a verifier does not receive the URL.
   * @throws {@link InvalidOptions} when `toError` is not a function.
   *
   * @example
   * ```ts
   * app.use(requireBearerAuth({ verifier: auth.verifier((message) => new InvalidTokenError(message)) }))
   * ```
   */
  verifier(toError: (message: string) => Error): TokenVerifier
  /**
   * Declares what tools, prompts and resources require that are not registered with `scoped`: those of a low-level server with
   * `setRequestHandler`, and those that a package registers. What is neither declared nor `scoped` is denied. Call it before
   * `protect`.
   *
   * @throws {@link InvalidOptions} when a field is unknown, a requirement is wrong, a name is declared twice, or a server of this
   * endpoint is protected already.
   * @throws {@link ScopeUnknown} when the access model has no such scope.
   *
   * @example
   * ```ts
   * auth.declare({
   *   tools: { restart: { scopes: ['servers.restart'] } },
   *   resources: { 'log://{serverId}': { scopes: ['logs.read'], on: ({ serverId }) => ({ type: 'server', id: serverId }) } },
   * })
   * const server = auth.protect(new Server(info, { capabilities: { tools: {}, resources: {} } }))
   * server.setRequestHandler(CallToolRequestSchema, callTool)
   * ```
   */
  declare(declarations: McpDeclarations<A>): void
  /**
   * Declares what a tool, prompt or resource requires of its caller, as the function `scoped` does. The compiler knows the
   * scopes and the resource types of the keyring, and a wrong requirement throws here, not at the registration.
   *
   * @param access - The required scopes, or `'public'` for any live key.
   * @param handler - The handler that you would otherwise give to the SDK.
   * @returns a handler of the same type, which rejects as that of `scoped` does.
   * @throws {@link InvalidOptions} when `access` is wrong.
   * @throws {@link ScopeUnknown} when the access model has no such scope.
   *
   * @example
   * ```ts
   * server.registerTool('report', {}, auth.scoped({ scopes: ['members.read'] }, report))
   * ```
   */
  scoped<F extends AnyHandler>(access: McpAccess<A>, handler: F): F
  /**
   * Makes `server` show and do, for each message, only what the sender may. Call it before anything is registered.
   *
   * @param server - An `McpServer`, or a low-level `Server` whose tools are declared.
   * @returns the same server.
   * @throws {@link InvalidOptions} when the server has something registered, is already protected, or keeps tasks in a store that
   * {@link McpAuth.taskStore} did not make.
   *
   * @example
   * ```ts
   * const server = auth.protect(new McpServer({ name: 'tasks', version: '1.0.0' }))
   * server.registerTool('report', {}, scoped({ scopes: ['members.read'] }, report))
   * ```
   */
  protect<S extends ProtectableServer>(server: S): S
  /**
   * The store for a server of SDK v1 that keeps tasks. Each task belongs to the caller whose call of a tool made it, on their
   * connection: to anybody else it does not exist, nor to its owner once they may no longer call the tool. Tasks outlive a rotation of
   * the key. Code of your own gets from it what `store` has.
   *
   * @param store - Any `TaskStore` of the SDK. Whose its tasks are is remembered in this process: of the last 1,000 tasks of a key or
   * person, and of 10,000 of all. Then those who have most make room.
   * @throws {@link InvalidOptions} when `store` lacks a method.
   *
   * @example
   * ```ts
   * const store = auth.taskStore(new InMemoryTaskStore())
   * const queue = auth.taskMessageQueue(new InMemoryTaskMessageQueue())
   * const server = auth.protect(new McpServer(info, { capabilities, taskStore: store, taskMessageQueue: queue }))
   * ```
   */
  taskStore<S extends TaskStore>(store: S): Pick<S, keyof TaskStore>
  /**
   * The same for the queue of messages that a task has for its client: what it asks, and what it tells.
   *
   * @param queue - Any `TaskMessageQueue` of the SDK.
   * @throws {@link InvalidOptions} when `queue` lacks a method.
   *
   * @example
   * ```ts
   * const queue = auth.taskMessageQueue(new InMemoryTaskMessageQueue())
   * ```
   */
  taskMessageQueue<Q extends TaskMessageQueue>(queue: Q): Pick<Q, keyof TaskMessageQueue>
  /**
   * The key that sent a message, narrowed to its connection. It cannot be widened again.
   *
   * @param extra - The last argument of a handler.
   * @throws TypeError when no key sent the message. If people sign in too, use {@link McpAuth.caller}.
   *
   * @example
   * ```ts
   * scoped('public', (extra) => text(auth.principal(extra).owner.id))
   * ```
   */
  principal(extra: unknown): Principal<A>
  /**
   * The sender of a message: a key, or a person with the login that `fallback` returned, its own fields included. `null` if no
   * guard of this package admitted the message.
   *
   * @param extra - The last argument of a handler.
   * @throws never.
   *
   * @example
   * ```ts
   * const caller = auth.caller(extra)
   * const who = caller?.type === 'key' ? caller.principal.owner.id : caller?.login.id
   * ```
   */
  caller(extra: unknown): McpCaller<A, L> | null
  /**
   * The same for a server on stdio, whose key is in an environment variable. Without a good key the process ends before
   * anything is connected: one line on stderr, exit code 1. The key is verified again with each message.
   *
   * @throws {@link InvalidOptions} when an option is wrong or unknown. Messages of a key that was refused later are answered with a
   * JSON-RPC error.
   *
   * @example
   * ```ts
   * const local = await auth.stdio({ env: 'TASKS_API_KEY' })
   * serveStdio(() => register(local.protect(new McpServer(info))))
   * ```
   */
  stdio(options: StdioOptions): Promise<Pick<McpAuth<A>, 'protect' | 'principal' | 'caller'>>
  /**
   * Checks the callers of open streams now. Call it when a key was changed by another process.
   *
   * @param keyId - Whose streams to check. @defaultValue all
   * @throws never. A stream whose check fails is closed.
   *
   * @example
   * ```ts
   * await auth.invalidate(key.id)
   * ```
   */
  invalidate(keyId?: string): Promise<void>
}
