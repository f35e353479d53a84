import { InvalidOptions } from '@keywright/core'
import { authInfoOf } from '../caller/auth-info.js'
import type { Caller } from '../caller/caller.js'
import { callerOf, rememberCaller } from '../caller/known-callers.js'
import { RpcError } from '../rpc/rpc-error.js'
import { capturingRegistry } from './captured-registry.js'
import { guardNotifications } from './guard-notifications.js'
import { followMessages, runHandler } from './message-context.js'
import { mayHearOfTask, withoutTaskOfOthers } from './own-tasks.js'
import { type Registering, registerDeclared } from './register-declared.js'
import { createRegistry, type Registry } from './registry.js'
import { mayHearOfResource } from './resource-updates.js'
import type { Message, Rule, RuleSettings } from './rules/rule.js'
import { rulesFor } from './rules/rules-for.js'
import { type AnyHandler, accessOf } from './scoped.js'
import { separateEvents } from './separate-events.js'
import type { Subscribers } from './subscribers.js'
import { keepsOwnTasks, type OwnTasks } from './task-store.js'

/** The part of a low-level `Server`, of either SDK, that `protect` uses. */
export interface LowLevelServer {
  setRequestHandler(...args: never[]): unknown
  assertCanSetRequestHandler(method: string): void
}

/** The part of an `McpServer` of either SDK that `protect` uses, or of a low-level `Server`. */
export type ProtectableServer = { readonly server: LowLevelServer } | LowLevelServer

/** What `protectServer` depends on. The registry of the server itself is made there. */
export interface ProtectSettings extends Omit<RuleSettings, 'registry' | 'subscribers'> {
  /** Collects what all servers of the endpoint register. */
  readonly known: Registry
  /** The sender of messages that passed no gate, as on stdio. Throws an {@link RpcError} if the key is refused. */
  readonly defaultCaller: (() => Promise<Caller>) | null
  /** The tasks of the endpoint. */
  readonly tasks: OwnTasks
}

/** Runs a handler of the host's, for a caller who may run it. */
type Run = <T>(caller: Caller, work: () => T) => T

/** Methods whose answers do not depend on what the key may see. */
const openMethods: ReadonlySet<string> = new Set(['initialize', 'ping', 'logging/setLevel', 'server/discover'])

/**
 * Wraps every request handler that `server` will have, so that each message is decided by the rights of its sender. Only public
 * API of both SDKs is used: their servers install handlers through `setRequestHandler`, at the first registration.
 *
 * @throws {@link InvalidOptions} when something is already registered, or when the server keeps tasks in a store that is not bound to
 * callers: any key could read them.
 */
export function protectServer<S extends ProtectableServer>(server: S, settings: ProtectSettings): S {
  const inner = lowLevelOf(server)
  if (typeof inner?.setRequestHandler !== 'function' || typeof inner.assertCanSetRequestHandler !== 'function') {
    throw new InvalidOptions('server', 'an McpServer of @modelcontextprotocol/sdk or @modelcontextprotocol/server')
  }
  if (guarded.has(inner))
    throw new InvalidOptions('server', 'a server that is not protected yet. Call protect once for each server.')
  const registry = createRegistry(undefined, settings.known.declared)
  const registering: Registering = { isRunning: false }
  const subscribers: Subscribers = { byUri: new Map(), latest: null }
  const ruleSettings = { ...settings, registry, subscribers }
  const rules = rulesFor(ruleSettings)
  for (const method of rules.keys()) {
    if (!answers(inner, method)) continue
    const why = `does not answer ${method} yet. Protect it before you register anything, and declare capabilities after that, with server.server.registerCapabilities.`
    throw new InvalidOptions('server', `a server that ${why}`)
  }
  const keepsTasks = answers(inner, 'tasks/get')
  if (keepsTasks) checkTasks(inner, settings.tasks)
  guarded.add(inner)

  const run: Run = keepsTasks ? (caller, work) => runHandler(registry, caller, work) : (_, work) => work()
  const install: (...args: unknown[]) => unknown = inner.setRequestHandler.bind(inner) as never // the types differ by SDK
  const replace = (...args: unknown[]): unknown => {
    const at = args.findLastIndex((argument) => typeof argument === 'function')
    const method = methodOf(args[0])
    const isDecided = rules.has(method) || openMethods.has(method) || accessOf(args[at]) !== undefined
    if (!isDecided && !registering.isRunning) settings.wiring.missesAccess('method', method)
    return install(
      ...args.with(
        at,
        guard(method, args[at] as AnyHandler, rules, settings, {
          subscribers,
          isV2: typeof args[0] === 'string',
          bySdk: registering.isRunning,
          run,
        }),
      ),
    )
  }
  Object.assign(inner, { setRequestHandler: replace })
  guardFallback(inner, rules, settings, subscribers, run)
  const { bindings } = settings.tasks
  whenConnected(inner, (transport) => {
    separateEvents(transport)
    const replace = (message: unknown, binding: string | null) => withoutTaskOfOthers(bindings, message, binding)
    if (keepsTasks) followMessages(transport, registry, settings.defaultCaller, replace)
  })
  const updates = [['notifications/resources/updated', mayHearOfResource(ruleSettings)]] as const
  const statuses = [['notifications/tasks/status', mayHearOfTask(bindings, ruleSettings)]] as const
  guardNotifications(inner, new Map([...updates, ...(keepsTasks ? statuses : [])]))
  const captured = capturingRegistry()
  const registries = [registry, settings.known, ...(captured === null ? [] : [captured])]
  const methods = server as unknown as Record<string, unknown> // The registering methods are looked up by name.
  registerDeclared(methods, settings, registries, registering, settings.wiring)
  const taskTools = keepsTasks ? taskToolsOf(methods) : null
  if (taskTools !== null) registerDeclared(taskTools, settings, registries, registering, settings.wiring)
  return server
}

/** Whether the server has a handler for a method. */
function answers(inner: LowLevelServer, method: string): boolean {
  try {
    inner.assertCanSetRequestHandler(method)
    return false
  } catch {
    return true
  }
}

/** Handlers of tasks come with the server, before it is protected: only their store can keep one caller's tasks from another. */
function checkTasks(inner: LowLevelServer, tasks: OwnTasks): void {
  if (!keepsOwnTasks(inner, tasks)) {
    const how =
      'Make it with taskStore: auth.taskStore(store), and taskMessageQueue: auth.taskMessageQueue(queue) if it has one.'
    throw new InvalidOptions(
      'server',
      `a server whose tasks are bound to their callers: any key could read them. ${how}`,
    )
  }
  if (Reflect.get(inner, 'transport') !== undefined) {
    throw new InvalidOptions('server', 'a server that is not connected yet, because it keeps tasks')
  }
}

/** Calls `prepare` with each transport, before the server starts it. */
function whenConnected(inner: object, prepare: (transport: unknown) => void): void {
  const connect: unknown = Reflect.get(inner, 'connect')
  if (typeof connect !== 'function') return
  Object.assign(inner, {
    connect: (transport: unknown, ...rest: unknown[]): unknown => {
      prepare(transport)
      return connect.call(inner, transport, ...rest)
    },
  })
}

/** Where SDK v1 registers tools that make tasks. */
function taskToolsOf({ experimental }: Record<string, unknown>): Record<string, unknown> | null {
  const { tasks } = (experimental ?? {}) as { readonly tasks?: Record<string, unknown> }
  return tasks ?? null
}

function lowLevelOf(server: ProtectableServer | undefined): LowLevelServer | undefined {
  return server !== undefined && 'server' in server ? server.server : server
}

const guarded = new WeakSet<object>()

/** Guards `fallbackRequestHandler` as well: both SDKs read it from the server for each message without another handler. */
function guardFallback(
  inner: object,
  rules: ReadonlyMap<string, Rule>,
  settings: ProtectSettings,
  subscribers: Subscribers,
  run: Run,
): void {
  const wrap = (handler: unknown): unknown => {
    if (typeof handler !== 'function') return handler
    return (request: { readonly method?: unknown }, extra: unknown) =>
      guard(String(request.method), handler as AnyHandler, rules, settings, {
        subscribers,
        isV2: false,
        bySdk: false,
        run,
      })(request, extra)
  }
  fallbacks.set(inner, { wrap, guarded: wrap(Reflect.get(inner, 'fallbackRequestHandler')) })
  Object.defineProperty(inner, 'fallbackRequestHandler', fallbackProperty)
}

interface Fallback {
  readonly wrap: (handler: unknown) => unknown
  guarded: unknown
}

const fallbacks = new WeakMap<object, Fallback>()

/** One descriptor for all servers. With accessors of its own, each server would get its own hidden class, which is slow. */
const fallbackProperty: PropertyDescriptor & ThisType<object> = {
  configurable: true,
  enumerable: true,
  get() {
    return fallbacks.get(this)?.guarded
  },
  set(handler: unknown) {
    const fallback = fallbacks.get(this)
    if (fallback !== undefined) fallback.guarded = fallback.wrap(handler)
  },
}

function guard(
  method: string,
  handler: AnyHandler,
  rules: ReadonlyMap<string, Rule>,
  settings: ProtectSettings,
  {
    subscribers,
    run,
    ...kind
  }: Pick<Message, 'isV2' | 'bySdk'> & { readonly subscribers: Subscribers; readonly run: Run },
): (...args: unknown[]) => unknown {
  const original = handler as (...args: unknown[]) => unknown
  if (openMethods.has(method)) return original
  const rule = rules.get(method)
  return async (request, extra) => {
    const caller = await senderOf(extra, settings, kind.isV2)
    subscribers.latest = caller
    if (rule !== undefined) {
      return rule({
        caller,
        params: paramsOf(request),
        extra,
        ...kind,
        forward: async (params) =>
          run(caller, () => original(params === undefined ? request : withParams(request, params), extra)),
      })
    }
    // A method of the host: nobody may call it unless its handler is `scoped`, and then the handler decides.
    if (accessOf(handler) === undefined) throw new RpcError(-32601, 'Method not found')
    return run(caller, () => original(request, extra))
  }
}

async function senderOf(extra: unknown, { defaultCaller, wiring }: ProtectSettings, isV2: boolean): Promise<Caller> {
  const caller = callerOf(extra)
  if (caller !== null) return caller
  if (defaultCaller === null) {
    wiring.missesCaller(extra)
    throw new RpcError(-32001, 'No API key came with this message')
  }
  const found = await defaultCaller()
  // The handlers of this message must find the same caller.
  if (typeof extra === 'object' && extra !== null) {
    rememberCaller(extra, found)
    // v1 gives a copy of it to tools that make tasks.
    if (!isV2) Object.assign(extra, { authInfo: authInfoOf(found) })
  }
  return found
}

/** v2 takes the name of a method. v1 takes a schema of zod 3 or 4, in which the name is the literal of `method`. */
function methodOf(schema: unknown): string {
  if (typeof schema === 'string') return schema
  const { method } = (schema as { shape?: { method?: { value?: unknown } } }).shape ?? {}
  if (typeof method?.value === 'string') return method.value
  throw new InvalidOptions('setRequestHandler', 'a method name, or a schema whose method is a literal')
}

function paramsOf(request: unknown): Readonly<Record<string, unknown>> {
  const { params } = (request ?? {}) as { params?: unknown }
  return typeof params === 'object' && params !== null ? (params as Record<string, unknown>) : {}
}

function withParams(request: unknown, params: Readonly<Record<string, unknown>>): unknown {
  return { ...(request as object), params }
}
