import { type Access, InvalidOptions, ScopeUnknown } from '@keywright/core'
import { type AnyHandler, accessOf, type McpAccess, scoped } from './access.js'
import { type Entry, keep, type Registry, type TemplateEntry } from './registry.js'

/** The methods of a server by which tools, prompts and resources are registered: those of v1 that are deprecated, too. */
const registrars = {
  registerTool: 'tools',
  tool: 'tools',
  registerPrompt: 'prompts',
  prompt: 'prompts',
  registerResource: 'resources',
  resource: 'resources',
} as const

/**
 * Wraps the registering methods of `server`, so that `registry` knows what each name asks. What declares nothing is given a
 * handler that refuses: nothing can be reached by a way that the registry does not foresee.
 */
export function registerDeclared(
  server: Record<string, unknown>,
  access: Access,
  registries: readonly Registry[],
): void {
  for (const [method, kind] of Object.entries(registrars)) {
    const original = server[method]
    if (typeof original !== 'function') continue
    server[method] = (...args: unknown[]): unknown => {
      const handler = args.at(-1)
      const declared = accessOf(handler)
      if (declared !== undefined) checkAccess(access, declared, String(args[0]))
      const registered: unknown = original.apply(server, [...args.slice(0, -1), closed(handler)])
      const entry: Entry = { access: declared, registered: registered as Entry['registered'] }
      for (const registry of registries) enter(registry, kind, args, entry)
      followUpdates(registered, access, kind, args, entry, registries)
      return registered
    }
  }
}

function enter(
  registry: Registry,
  kind: 'tools' | 'prompts' | 'resources',
  [name, place]: readonly unknown[],
  entry: Entry,
): void {
  if (kind !== 'resources') keep(registry[kind], String(name), entry, registry)
  else if (typeof place === 'string') keep(registry.resources, normalUri(place), entry, registry)
  else {
    // A `ResourceTemplate`, which both SDKs define alike.
    const { uriTemplate } = place as { readonly uriTemplate: Pick<TemplateEntry, 'match'> & { toString(): string } }
    const found = { uriTemplate: uriTemplate.toString(), match: (uri: string) => uriTemplate.match(uri) }
    keep(registry.templates, String(name), Object.assign(entry, found), registry)
  }
}

/** A registered thing may be given another name or callback later; what it asks must go along. */
function followUpdates(
  registered: unknown,
  access: Access,
  kind: 'tools' | 'prompts' | 'resources',
  args: readonly unknown[],
  entry: Entry,
  registries: readonly Registry[],
): void {
  const target = registered as { update?: (changes: Record<string, unknown>) => unknown } | undefined
  const update = target?.update
  if (target === undefined || typeof update !== 'function') return
  let [named, place] = args
  target.update = (changes) => {
    const { callback, name, uri, template } = changes
    if (typeof callback === 'function') {
      entry.access = accessOf(callback)
      if (entry.access !== undefined) checkAccess(access, entry.access, String(args[0]))
    }
    // A resource is found by its URI, everything else by its name.
    const isFixed = kind === 'resources' && typeof args[1] === 'string'
    const isMoved = [isFixed ? uri : name, template].some((value) => value !== undefined && value !== null)
    named = name ?? named
    place = (isFixed ? uri : template) ?? place
    if (isMoved) for (const registry of registries) enter(registry, kind, [named, place], entry)
    return update.call(target, callback === undefined ? changes : { ...changes, callback: closed(callback) })
  }
}

function closed(handler: unknown): unknown {
  if (typeof handler !== 'function' || accessOf(handler) !== undefined) return handler
  return scoped({ scopes: [], on: () => null }, handler as AnyHandler)
}

/** @throws InvalidOptions or ScopeUnknown at registration: what no key could ever have is a mistake (SCOPE-8). */
function checkAccess(access: Access, declared: McpAccess, name: string): void {
  if (declared === 'public') return
  const { scopes, on, cost = 1 } = declared
  if (!Array.isArray(scopes) || scopes.length === 0) {
    throw new InvalidOptions(`${name}: scopes`, "at least one scope, or 'public' in place of them")
  }
  for (const scope of scopes) {
    if (!access.scopes.has(scope)) throw new ScopeUnknown(`${name}: scopes`, scope)
    if (access.resourceScopes.has(scope) && on === undefined) {
      throw new InvalidOptions(`${name}: on`, `a function of the arguments: ${scope} is only allowed on a resource`)
    }
  }
  if (!Number.isSafeInteger(cost) || cost < 0) throw new InvalidOptions(`${name}: cost`, 'a whole number, 0 or more')
}

function normalUri(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).toString() : uri
}
