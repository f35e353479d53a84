import { InvalidOptions } from '@keywright/core'
import { type AnyHandler, accessOf } from './access.js'
import { type Caller, callerOf, rememberCaller } from './callers.js'
import { registerDeclared } from './register-declared.js'
import { createRegistry, type Registry } from './registry.js'
import { RpcError } from './rpc-error.js'
import { type Answer, type RequestRules, rulesFor } from './rules.js'

/** As much of an `McpServer`, of either SDK, as is needed here. */
export interface ProtectableServer {
  readonly server: {
    setRequestHandler(...args: never[]): unknown
    assertCanSetRequestHandler(method: string): void
  }
}

/** What `protect` works with. */
export interface ProtectSettings extends Omit<RequestRules, 'registry'> {
  /** What all servers together have declared. */
  readonly known: Registry
  /** Who sent a message that no gate has seen: stdio. Throws an {@link RpcError} where nobody may. */
  readonly fallback: ((extra: unknown) => Promise<Caller>) | null
}

/** Requests that tell nothing of what a key may not see. */
const openMethods: ReadonlySet<string> = new Set(['initialize', 'ping', 'logging/setLevel', 'server/discover'])

/**
 * Puts the key's rights before every request handler that `server` will have. Public API of both SDKs only: their servers
 * install their handlers by `setRequestHandler`, at the first registration.
 *
 * @throws InvalidOptions if something is registered already, or the server keeps tasks, which any key could then read.
 */
export function protectServer<S extends ProtectableServer>(server: S, settings: ProtectSettings): S {
  const inner = server?.server
  if (typeof inner?.setRequestHandler !== 'function' || typeof inner.assertCanSetRequestHandler !== 'function') {
    throw new InvalidOptions('server', 'an McpServer of @modelcontextprotocol/sdk or @modelcontextprotocol/server')
  }
  if (guarded.has(inner)) throw new InvalidOptions('server', 'a server that is not protected yet')
  const registry = createRegistry()
  const rules = rulesFor({ ...settings, registry })
  for (const method of [...rules.keys(), 'tasks/get']) {
    try {
      inner.assertCanSetRequestHandler(method)
    } catch {
      const why =
        method === 'tasks/get'
          ? 'keeps no tasks: any key could read them'
          : `does not answer ${method} yet: protect it before anything is registered, and declare tools, resources and prompts after, by server.server.registerCapabilities`
      throw new InvalidOptions('server', `a server that ${why}`)
    }
  }
  guarded.add(inner)

  const install: (...args: unknown[]) => unknown = inner.setRequestHandler.bind(inner) as never // the types differ by SDK
  const replace = (...args: unknown[]): unknown => {
    const at = args.findLastIndex((argument) => typeof argument === 'function')
    const method = methodOf(args[0])
    return install(
      ...args.with(at, guard(method, args[at] as AnyHandler, rules, settings, typeof args[0] === 'string')),
    )
  }
  Object.assign(inner, { setRequestHandler: replace })
  guardFallback(inner, rules, settings)
  registerDeclared(server as unknown as Record<string, unknown>, settings.access, [registry, settings.known])
  return server
}

const guarded = new WeakSet<object>()

/** What answers a method that has no handler is a handler, too: both SDKs read it off the server at each such message. */
function guardFallback(inner: object, rules: ReadonlyMap<string, Answer>, settings: ProtectSettings): void {
  const close = (handler: unknown): unknown => {
    if (typeof handler !== 'function') return handler
    return (request: { readonly method?: unknown }, extra: unknown) =>
      guard(String(request.method), handler as AnyHandler, rules, settings, false)(request, extra)
  }
  fallbacks.set(inner, { close, closed: close(Reflect.get(inner, 'fallbackRequestHandler')) })
  Object.defineProperty(inner, 'fallbackRequestHandler', fallbackProperty)
}

interface Fallback {
  readonly close: (handler: unknown) => unknown
  closed: unknown
}

const fallbacks = new WeakMap<object, Fallback>()

/** The same for all servers: with accessors of its own, each would be of a shape of its own, and slow wherever it is used. */
const fallbackProperty: PropertyDescriptor & ThisType<object> = {
  configurable: true,
  enumerable: true,
  get() {
    return fallbacks.get(this)?.closed
  },
  set(handler: unknown) {
    const fallback = fallbacks.get(this)
    if (fallback !== undefined) fallback.closed = fallback.close(handler)
  },
}

function guard(
  method: string,
  handler: AnyHandler,
  rules: ReadonlyMap<string, Answer>,
  settings: ProtectSettings,
  isV2: boolean,
): (...args: unknown[]) => unknown {
  const original = handler as (...args: unknown[]) => unknown
  if (openMethods.has(method)) return original
  const rule = rules.get(method)
  return async (request, extra) => {
    const caller = await whoSent(extra, settings)
    if (rule !== undefined) {
      return rule({
        caller,
        params: paramsOf(request),
        isV2,
        forward: async (params) => original(params === undefined ? request : withParams(request, params), extra),
      })
    }
    // A method of the host's own: its handler says by `scoped` what it asks, or nobody may use it.
    if (accessOf(handler) === undefined) throw new RpcError(-32601, 'Method not found')
    return original(request, extra)
  }
}

async function whoSent(extra: unknown, { fallback }: ProtectSettings): Promise<Caller> {
  const caller = callerOf(extra)
  if (caller !== null) return caller
  if (fallback === null) throw new RpcError(-32001, 'No API key came with this message')
  const found = await fallback(extra)
  // Handlers of this message find the same caller.
  if (typeof extra === 'object' && extra !== null) rememberCaller(extra, found)
  return found
}

/** v2 is given names; v1 schemas, of zod 3 or 4, with the name as the literal of `method`. */
function methodOf(schema: unknown): string {
  if (typeof schema === 'string') return schema
  const { method } = (schema as { shape?: { method?: { value?: unknown } } }).shape ?? {}
  if (typeof method?.value === 'string') return method.value
  throw new InvalidOptions('setRequestHandler', 'a schema with a literal method')
}

function paramsOf(request: unknown): Readonly<Record<string, unknown>> {
  const { params } = (request ?? {}) as { params?: unknown }
  return typeof params === 'object' && params !== null ? (params as Record<string, unknown>) : {}
}

function withParams(request: unknown, params: Readonly<Record<string, unknown>>): unknown {
  return { ...(request as object), params }
}
