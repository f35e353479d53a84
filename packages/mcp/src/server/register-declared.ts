import { type Access, InvalidOptions } from '@keywright/core'
import { unknownName, wholeNumber } from '@keywright/core/adapter'
import type { McpAccess } from '../caller/mcp-access.js'
import { type Entry, keep, type Registry, type TemplateEntry } from './registry.js'
import { type AnyHandler, accessOf, scoped } from './scoped.js'

/** The server methods that register tools, prompts and resources, including the deprecated ones of v1. */
const registrars = {
  registerTool: 'tools',
  tool: 'tools',
  registerPrompt: 'prompts',
  prompt: 'prompts',
  registerResource: 'resources',
  resource: 'resources',
} as const

/**
 * Wraps the registering methods of `server`, so that each registry knows what each name requires. A handler without `scoped` is
 * replaced by one that refuses, so that it stays closed even if a call reaches it in a way that the registry does not know.
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
      const registered: unknown = original.apply(server, [...args.slice(0, -1), refuseUnlessScoped(handler)])
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
    // A `ResourceTemplate`: both SDKs define it alike.
    const { uriTemplate } = place as { readonly uriTemplate: Pick<TemplateEntry, 'match'> & { toString(): string } }
    const found = { uriTemplate: uriTemplate.toString(), match: (uri: string) => uriTemplate.match(uri) }
    keep(registry.templates, String(name), Object.assign(entry, found), registry)
  }
}

/** `update` may change the name or the callback later. The registries must follow. */
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
  if (typeof handler !== 'function' || accessOf(handler) !== undefined) return handler
  return scoped({ scopes: [], on: () => null }, handler as AnyHandler)
}

/**
 * A requirement that no key could ever meet is a mistake, so it fails at registration.
 *
 * @throws {@link InvalidOptions} when `scopes`, `on` or `cost` is wrong.
 * @throws {@link ScopeUnknown} when the access model has no such scope.
 */
function checkAccess(access: Access, declared: McpAccess, name: string): void {
  if (declared === 'public') return
  const { scopes, on, cost = 1 } = declared
  if (!Array.isArray(scopes) || scopes.length === 0) {
    throw new InvalidOptions(`${name}: scopes`, "at least one scope; for any live key, declare 'public' instead")
  }
  for (const scope of scopes) {
    if (!access.scopes.has(scope)) throw unknownName(`${name}: scopes`, scope, access.scopes.keys())
    if (access.resourceScopes.has(scope) && on === undefined) {
      throw new InvalidOptions(
        `${name}: on`,
        `a function that names the resource, because ${scope} is only allowed on a resource`,
      )
    }
  }
  wholeNumber(cost, `${name}: cost`, { least: 0 })
}

function normalUri(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).toString() : uri
}
