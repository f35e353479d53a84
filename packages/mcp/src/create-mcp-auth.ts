import { type Access, InvalidOptions, type Keyring, type Principal } from '@keywright/core'
import { isolated } from '@keywright/core/adapter'
import { askHostOf } from './caller/ask-host.js'
import type { Caller, Login } from './caller/caller.js'
import { callerOf } from './caller/known-callers.js'
import type { McpAccess } from './caller/mcp-access.js'
import { createEndpoint } from './edge/endpoint.js'
import { type FetchContext, type FetchHandler, gateFetch, serveFetch } from './edge/fetch.js'
import { nodeMiddleware } from './edge/node.js'
import { checkOptions, type McpAuthOptions } from './edge/options.js'
import { openStdio, type StdioOptions } from './edge/stdio.js'
import { tokenVerifier } from './edge/verifier.js'
import type { McpAuth, McpCaller } from './mcp-auth.js'
import { defaultApproveMs } from './server/approval.js'
import { checkAccess, checkShape } from './server/check-access.js'
import { addDeclarations, type McpDeclarations } from './server/declarations.js'
import { type ProtectableServer, protectServer } from './server/protect.js'
import { createRegistry } from './server/registry.js'
import { type AnyHandler, scoped } from './server/scoped.js'
import { ownTaskQueue, ownTaskStore, ownTasks, type TaskMessageQueue, type TaskStore } from './server/task-store.js'
import { createWiring } from './server/wiring.js'

/** How many tools, prompts, resources and templates an endpoint remembers, each: servers come and go, the endpoint stays. */
const maxRegistered = 10_000

/**
 * Makes the guard of one MCP endpoint, on either official SDK. Call it once for each endpoint: servers of another endpoint may
 * register the same names with other requirements.
 *
 * @param keyring - The keyring whose keys are accepted.
 * @param options - See {@link McpAuthOptions}; each has a default.
 * @throws {@link InvalidOptions} when an option is wrong or unknown. The error names the option.
 *
 * @example
 * ```ts
 * const auth = createMcpAuth(keyring, {
 *   narrow: (url) => ({ board: [url.searchParams.get('boardId')] }),
 *   docsUrl: 'https://example.com/settings/keys',
 * })
 * const server = auth.protect(new McpServer({ name: 'tasks', version: '1.0.0' }))
 * server.registerTool('report', {}, auth.scoped({ scopes: ['members.read'] }, report))
 * app.all('/mcp', auth.express(), express.json(), (req, res) => transportOf(req).handleRequest(req, res, req.body))
 * ```
 */
export function createMcpAuth<A extends Access, L extends Login = Login>(
  keyring: Keyring<A>,
  options: McpAuthOptions<A, L> = {},
): McpAuth<A, L> {
  // `A` only narrows the types of names: at run time the access model checks them. `L` is handed back as it came.
  return createUntyped(keyring as unknown as Keyring, options as unknown as McpAuthOptions) as unknown as McpAuth<A, L>
}

function createUntyped(keyring: Keyring, options: McpAuthOptions): McpAuth {
  checkOptions(options)
  const { docsUrl = null, unavailableTools = 'hide' } = options
  const declared = createRegistry()
  const known = createRegistry(maxRegistered, declared)
  const wiring = createWiring()
  const { approve, approveMs: ms = defaultApproveMs } = options
  const approving = approve === undefined ? null : { approve, ms }
  const model = { access: keyring.access, approving }
  const onCall = isolated(options.onCall)
  const tasks = ownTasks(askHostOf(keyring))
  const endpoint = createEndpoint(keyring, options, known, onCall, wiring)

  const protect = <S extends ProtectableServer>(server: S, defaultCaller: (() => Promise<Caller>) | null): S => {
    wiring.protects()
    return protectServer(server, {
      ...model,
      known,
      docsUrl,
      unavailableTools,
      onCall,
      defaultCaller,
      tasks,
      wiring,
    })
  }

  return Object.freeze({
    principal,
    caller,
    express: () => nodeMiddleware(endpoint),
    gate: (request: Request, context: FetchContext = {}) => gateFetch(endpoint, request, context),
    fetch: (handler: FetchHandler) => {
      if (typeof handler?.fetch !== 'function') throw new InvalidOptions('handler', 'an object with a method fetch')
      return (request: Request, context: FetchContext = {}) => serveFetch(endpoint, handler, request, context)
    },
    verifier: (toError: (message: string) => Error) => {
      if (options.narrow !== undefined) {
        throw new InvalidOptions('narrow', 'undefined where verifier() is used: a verifier does not receive the URL')
      }
      if (typeof toError !== 'function') throw new InvalidOptions('toError', "a function that makes the SDK's error")
      return tokenVerifier(keyring, toError)
    },
    declare: (declarations: McpDeclarations) => {
      if (wiring.isProtected())
        throw new InvalidOptions('declare', 'called before protect: a server of this endpoint is protected already')
      addDeclarations(declared, model, declarations)
    },
    scoped: <F extends AnyHandler>(access: McpAccess, handler: F) => {
      checkShape(access)
      checkAccess(model, access, 'scoped', 'tools')
      return scoped(access, handler)
    },
    taskStore: <S extends TaskStore>(store: S) => ownTaskStore(store, tasks) as Pick<S, keyof TaskStore>, // with the types of S
    taskMessageQueue: <Q extends TaskMessageQueue>(queue: Q) =>
      ownTaskQueue(queue, tasks) as Pick<Q, keyof TaskMessageQueue>, // with the types of Q
    protect: <S extends ProtectableServer>(server: S) => protect(server, null),
    stdio: async (stdio: StdioOptions) => {
      const sender = await openStdio(keyring, stdio, docsUrl)
      return Object.freeze({
        principal,
        caller,
        protect: <S extends ProtectableServer>(server: S) => protect(server, sender),
      })
    },
    invalidate: (keyId?: string) => endpoint.streams.invalidate(keyId),
  })
}

function principal(extra: unknown): Principal {
  const found = callerOf(extra)?.principal
  if (found != null) return found
  // The SDK shows this text to the client.
  throw new TypeError('No API key came with this message. For people who signed in, use auth.caller(extra)')
}

function caller(extra: unknown): McpCaller | null {
  const found = callerOf(extra)
  if (found === null) return null
  const { principal, login, narrowing } = found
  if (principal !== null) return { type: 'key', principal, narrowing }
  return login === null ? null : { type: 'login', login, narrowing }
}
