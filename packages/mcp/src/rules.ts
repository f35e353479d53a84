import { randomUUID } from 'node:crypto'
import type { Access, GateRefusal as Refusal, ToolCall } from '@keywright/core'
import { problemFor } from '@keywright/core/http'
import type { Caller } from './callers.js'
import { type Decision, decide, mayBeAllowed } from './decide.js'
import { callEvent } from './event.js'
import { type Entry, findResource, isEnabled, type Registry } from './registry.js'
import { RpcError, sayMissing } from './rpc-error.js'

type Params = Readonly<Record<string, unknown>>

/** One request on its way to its handler. */
export interface Message {
  readonly caller: Caller
  readonly params: Params
  readonly isV2: boolean
  /** Has the server answer: as asked, or with other parameters. */
  forward(params?: Params): Promise<unknown>
}

/** Answers a request: from the server, less what the caller may not see, or in its place. */
export type Answer = (message: Message) => Promise<unknown>

/** What the rules go by. */
export interface RequestRules {
  readonly access: Access
  readonly registry: Registry
  readonly docsUrl: string | null
  readonly hidden: 'hide' | 'show'
  readonly onCall: (event: ToolCall) => void
}

/** The rule of each method that could show or do something. */
export function rulesFor(settings: RequestRules): ReadonlyMap<string, Answer> {
  const { registry, docsUrl, access } = settings
  const isResourceScope = (scope: string): boolean => access.resourceScopes.has(scope)
  const isShown = async (entry: Entry | undefined, caller: Caller): Promise<boolean> =>
    isEnabled(entry) &&
    entry.access !== undefined &&
    (settings.hidden === 'show' || (await mayBeAllowed(entry.access, caller)))
  const mayRead = async (caller: Caller, uri: unknown): Promise<boolean> => {
    const found = findResource(registry, uri)
    return found !== null && isEnabled(found.entry) && (await decide(found.entry.access, caller, found.args)).ok
  }

  /** As the server answers for what it does not have, to the byte: it is asked for a name that nobody has. */
  const unknown = async ({ params, forward }: Message, field: 'name' | 'uri'): Promise<unknown> => {
    const nobody = field === 'name' ? randomUUID() : `unknown-${randomUUID()}:x`
    const asked = String(params[field])
    const { task: _, ...rest } = params
    const { arguments: __, ...plain } = rest
    try {
      return renamed(await forward({ ...plain, [field]: nobody }), nobody, asked)
    } catch (error) {
      const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown }
      if (typeof code !== 'number') throw new RpcError(-32602, `${asked} not found`)
      throw new RpcError(code, String(renamed(message, nobody, asked)), renamed(data, nobody, asked))
    }
  }

  const list =
    (field: string, isVisible: (caller: Caller, item: Params) => Promise<boolean>): Answer =>
    async ({ caller, forward, isV2 }) => {
      await pay(caller, 1)
      const result = (await forward()) as Params
      const items = Array.isArray(result[field]) ? (result[field] as Params[]) : []
      const shown: Params[] = []
      for (const item of items) if (await isVisible(caller, item)) shown.push(item)
      // One caller's list must not be another's (2026-07-28, caching).
      return { ...result, [field]: shown, ...(isV2 ? { cacheScope: 'private' } : {}) }
    }

  const call: Answer = async (message) => {
    const { caller, params, forward } = message
    const startedAt = performance.now()
    const tool = String(params.name)
    const entry = registry.tools.get(tool)
    const report = (decision: ToolCall['decision'], missing: readonly string[] = [], failed = false): void => {
      settings.onCall(callEvent(caller, { tool, decision, missing, failed, durationMs: performance.now() - startedAt }))
    }

    const cost = entry?.access === undefined || entry.access === 'public' ? 1 : (entry.access.cost ?? 1)
    const isVisible = await isShown(entry, caller)
    const refusal = await caller.take(isVisible ? cost : 1)
    if (refusal !== null) {
      report(refusal.code === 'rate_limited' ? 'rate_limited' : 'refused')
      return sayInBand(sayRefusal(refusal), { code: refusal.code })
    }
    if (!isVisible) {
      report('hidden')
      return unknown(message, 'name')
    }
    const decision = await decide(entry?.access, caller, objectIn(params.arguments))
    // Without a resource in the arguments, validation may say what is wrong with them; the handler decides again.
    const isOpen = !decision.ok && !decision.located && decision.missing.every((scope) => isResourceScope(scope))
    if (!decision.ok && !isOpen) {
      report('denied', decision.missing)
      return sayInBand(sayMissing(decision, docsUrl), refusalMeta(tool, decision))
    }
    try {
      const result = (await forward()) as Params
      const failed = result.isError === true
      report(failed && isOpen ? 'denied' : 'allowed', failed && isOpen ? decision.missing : [], failed)
      return result
    } catch (error) {
      report(isOpen ? 'denied' : 'allowed', isOpen ? decision.missing : [], true)
      throw error
    }
  }

  const getPrompt: Answer = async (message) => {
    const { caller, params, forward } = message
    await pay(caller, 1)
    const entry = registry.prompts.get(String(params.name))
    if (!(await isShown(entry, caller))) return unknown(message, 'name')
    const decision = await decide(entry?.access, caller, objectIn(params.arguments))
    if (!decision.ok) throw new RpcError(-32003, sayMissing(decision, docsUrl))
    return forward()
  }

  const read: Answer = async (message) => {
    const { caller, params, isV2, forward } = message
    await pay(caller, 1)
    if (!(await mayRead(caller, params.uri))) return unknown(message, 'uri')
    const result = (await forward()) as Params
    return findResource(registry, params.uri)?.entry.access === 'public' || !isV2
      ? result
      : { ...result, cacheScope: 'private' }
  }

  const subscribe: Answer = async ({ caller, params, forward }) => {
    await pay(caller, 1)
    // The host's handler must not see a URI in its place, so the answer is ours: the same for all that may not be read.
    if (!(await mayRead(caller, params.uri))) throw new RpcError(-32602, `Resource ${String(params.uri)} not found`)
    return forward()
  }

  const complete: Answer = async ({ caller, params, forward }) => {
    await pay(caller, 1)
    const ref = objectIn(params.ref)
    const entry =
      ref.type === 'ref/prompt'
        ? registry.prompts.get(String(ref.name))
        : [...registry.templates.values()].find(({ uriTemplate }) => uriTemplate === ref.uri)
    const nothing = { completion: { values: [], total: 0, hasMore: false } }
    if (entry === undefined || !(await isShown(entry, caller)) || !(await mayBeAllowed(entry.access, caller))) {
      return nothing
    }
    const result = (await forward()) as { readonly completion: { readonly values: readonly string[] } }
    if (entry.access === 'public' || entry.access?.on === undefined) return result
    // Completers are not told who asks, so what they say is asked one by one: would it be allowed?
    const given = objectIn(objectIn(params.context).arguments)
    const name = String(objectIn(params.argument).name)
    const values: string[] = []
    for (const value of result.completion.values) {
      if ((await decide(entry.access, caller, { ...given, [name]: value })).ok) values.push(value)
    }
    return { ...result, completion: { values, total: values.length, hasMore: false } }
  }

  return new Map<string, Answer>([
    ['tools/list', list('tools', (caller, { name }) => isShown(registry.tools.get(String(name)), caller))],
    ['tools/call', call],
    ['prompts/list', list('prompts', (caller, { name }) => isShown(registry.prompts.get(String(name)), caller))],
    ['prompts/get', getPrompt],
    ['resources/list', list('resources', (caller, { uri }) => mayRead(caller, uri))],
    [
      'resources/templates/list',
      list('resourceTemplates', (caller, { name }) => isShown(registry.templates.get(String(name)), caller)),
    ],
    ['resources/read', read],
    ['resources/subscribe', subscribe],
    ['resources/unsubscribe', subscribe],
    ['completion/complete', complete],
  ])
}

/** What a client is told where the key itself, or its limits, stand in the way of one message. */
export function sayRefusal(refusal: Refusal): string {
  const wait = refusal.code === 'rate_limited' && refusal.retryAfterMs !== null ? refusal.retryAfterMs : null
  if (refusal.code === 'rate_limited') {
    return wait === null
      ? 'rate_limited: this call costs more than the limit of the API key. It will never be admitted.'
      : `rate_limited: wait ${Math.max(1, Math.ceil(wait / 1_000))} seconds, then try again.`
  }
  return `${refusal.code}: ${problemFor(refusal).detail}`
}

async function pay(caller: Caller, cost: number): Promise<void> {
  const refusal = await caller.take(cost)
  if (refusal !== null) throw new RpcError(refusal.code === 'rate_limited' ? -32029 : -32001, sayRefusal(refusal))
}

function sayInBand(text: string, refusal: Params): unknown {
  return { content: [{ type: 'text', text }], isError: true, _meta: { 'keywright/refusal': refusal } }
}

function refusalMeta(tool: string, { required, missing, resource }: Extract<Decision, { ok: false }>): Params {
  return { code: 'insufficient_scope', tool, required, missing, resource }
}

function objectIn(value: unknown): Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Params) : {}
}

/** `value` with every mention of `from` made one of `to`. */
function renamed(value: unknown, from: string, to: string): unknown {
  if (typeof value === 'string') return value.replaceAll(from, () => to)
  if (Array.isArray(value)) return value.map((item) => renamed(item, from, to))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, renamed(item, from, to)]))
}
