import { InvalidOptions } from '@keywright/core'
import { isRecord } from '@keywright/core/adapter'
import type { McpAccess } from '../caller/mcp-access.js'
import { checkAccess, type Requirable } from './check-access.js'
import { type Entry, keep, type Registry, type TemplateEntry } from './registry.js'
import { type AnyHandler, accessOf, scoped } from './scoped.js'
import type { Wiring } from './wiring.js'

/** The server methods that register tools, prompts and resources, including the deprecated ones of v1. */
const registrars = {
  registerTool: 'tools',
  registerToolTask: 'tools',
  tool: 'tools',
  registerPrompt: 'prompts',
  prompt: 'prompts',
  registerResource: 'resources',
  resource: 'resources',
} as const

type Kind = 'tools' | 'prompts' | 'resources'

const wordFor = { tools: 'tool', prompts: 'prompt', resources: 'resource' } as const

/** Tells handlers that the SDK installs for what is registered from those that the host installs itself. */
export interface Registering {
  isRunning: boolean
}

/**
 * Wraps the registering methods of `server`, so that each registry knows what each name requires. A handler without `scoped` and
 * without a declaration is replaced by one that refuses, so that it stays closed even if a call reaches it in a way that the
 * registry does not know.
 */
export function registerDeclared(
  server: Record<string, unknown>,
  model: Requirable,
  registries: readonly Registry[],
  registering: Registering,
  wiring: Pick<Wiring, 'missesAccess'>,
): void {
  for (const [method, kind] of Object.entries(registrars)) {
    const original = server[method]
    if (typeof original !== 'function') continue
    server[method] = (...args: unknown[]): unknown => {
      const handler = withDeclared(registries, kind, args)
      const declared = accessOf(runOf(handler))
      if (declared !== undefined) checkAccess(model, declared, String(args[0]), kind)
      registering.isRunning = true
      let registered: unknown
      try {
        registered = original.apply(server, [...args.slice(0, -1), refuseUnlessScoped(handler)])
      } finally {
        registering.isRunning = false
      }
      const entry: Entry = { access: declared, registered: registered as Entry['registered'] }
      for (const registry of registries) enter(registry, kind, args, entry)
      const tell = (): void => wiring.missesAccess(wordFor[kind], labelOf(kind, args))
      if (declared === undefined) tell()
      followUpdates(registered, model, kind, args, entry, registries, tell)
      return registered
    }
  }
}

/** The handler that is registered, with what was declared for its name. */
function withDeclared(registries: readonly Registry[], kind: Kind, args: readonly unknown[]): unknown {
  const handler = args.at(-1)
  const access = registries.map(({ declared }) => declaredAccess(declared, kind, args)).find((one) => one !== undefined)
  const run = runOf(handler)
  if (access === undefined || typeof run !== 'function') return handler
  if (accessOf(run) === undefined) return withRun(handler, scoped(access, run.bind(handler)))
  throw new InvalidOptions(`declare.${kind}`, `without ${String(args[0])}, which is registered with scoped`)
}

function declaredAccess(
  declared: Registry | null,
  kind: Kind,
  [name, place]: readonly unknown[],
): McpAccess | undefined {
  if (declared === null) return undefined
  if (kind !== 'resources') return declared[kind].get(String(name))?.access
  if (typeof place === 'string') return declared.resources.get(place)?.access
  const { uriTemplate } = (place ?? {}) as { readonly uriTemplate?: unknown }
  return declared.templates.get(String(uriTemplate))?.access
}

/** How a developer finds it again: a resource by its URI, which clients know, and not by its name. */
function labelOf(kind: Kind, [name, place]: readonly unknown[]): unknown {
  if (kind !== 'resources' || typeof place === 'string') return kind === 'resources' ? place : name
  return (place as { readonly uriTemplate?: unknown } | undefined)?.uriTemplate
}

function enter(registry: Registry, kind: Kind, [name, place]: readonly unknown[], entry: Entry): void {
  if (kind !== 'resources') keep(registry[kind], String(name), entry, registry)
  else if (typeof place === 'string') keep(registry.resources, normalUri(place), entry, registry)
  else {
    // A `ResourceTemplate`: both SDKs define it alike.
    const { uriTemplate } = place as { readonly uriTemplate: Pick<TemplateEntry, 'match'> & { toString(): string } }
    const found = { uriTemplate: uriTemplate.toString(), match: (uri: string) => uriTemplate.match(uri) }
    keep(registry.templates, String(name), Object.assign(entry, found), registry)
  }
}

/** `update` may change the name or the callback later. The registries must follow. */
function followUpdates(
  registered: unknown,
  model: Requirable,
  kind: Kind,
  args: readonly unknown[],
  entry: Entry,
  registries: readonly Registry[],
  tellUndeclared: () => void,
): void {
  const target = registered as { update?: (changes: Record<string, unknown>) => unknown } | undefined
  const update = target?.update
  if (target === undefined || typeof update !== 'function') return
  let [named, place] = args
  target.update = (changes) => {
    const { callback, name, uri, template } = changes
    if (typeof runOf(callback) === 'function') {
      entry.access = accessOf(runOf(callback))
      if (entry.access === undefined) tellUndeclared()
      else checkAccess(model, entry.access, String(args[0]), kind)
    }
    // Resources are found by URI, everything else by name.
    const isFixed = kind === 'resources' && typeof args[1] === 'string'
    const isMoved = [isFixed ? uri : name, template].some((value) => value !== undefined && value !== null)
    named = name ?? named
    place = (isFixed ? uri : template) ?? place
    if (isMoved) for (const registry of registries) enter(registry, kind, [named, place], entry)
    return update.call(
      target,
      callback === undefined ? changes : { ...changes, callback: refuseUnlessScoped(callback) },
    )
  }
}

function refuseUnlessScoped(handler: unknown): unknown {
  const run = runOf(handler)
  if (typeof run !== 'function' || accessOf(run) !== undefined) return handler
  return withRun(handler, scoped({ scopes: [], on: () => null }, run as AnyHandler))
}

/** The function that a call runs: the handler itself, or the one by which a tool of SDK v1 makes a task. */
function runOf(handler: unknown): unknown {
  return isRecord(handler) ? handler.createTask : handler
}

function withRun(handler: unknown, run: AnyHandler): unknown {
  // A copy would lose what the handler of a task has from its class.
  return isRecord(handler) ? Object.create(handler, { createTask: { value: run, enumerable: true } }) : run
}

function normalUri(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).toString() : uri
}
