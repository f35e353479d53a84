import type { McpAccess } from '../caller/mcp-access.js'

/** One registered tool, prompt or resource. */
export interface Entry {
  access: McpAccess | undefined
  /** What the SDK returned at registration. `enabled: false` hides the entry, also where the SDK forgets it (v1 templates). */
  registered?: { readonly enabled?: unknown } | undefined
}

/** A resource template, which finds its variables in a URI. */
export interface TemplateEntry extends Entry {
  readonly uriTemplate: string
  match(uri: string): Readonly<Record<string, unknown>> | null
}

/** Everything that was registered, by its name on the wire. Maps, so that a name such as `constructor` finds nothing. */
export interface Registry {
  readonly tools: Map<string, Entry>
  readonly prompts: Map<string, Entry>
  /** By URI. */
  readonly resources: Map<string, Entry>
  readonly templates: Map<string, TemplateEntry>
  /** How many entries of each kind are kept. The oldest is forgotten first, and what is forgotten is denied. */
  readonly maxEach: number
  /** What `auth.declare` says of names that nobody registers with `scoped`. `null`: this is it. */
  readonly declared: Registry | null
}

/** Makes an empty registry. */
export function createRegistry(maxEach: number = Number.POSITIVE_INFINITY, declared: Registry | null = null): Registry {
  return { tools: new Map(), prompts: new Map(), resources: new Map(), templates: new Map(), maxEach, declared }
}

/** Keeps `entry` in one of the maps of a registry. */
export function keep<E extends Entry>(map: Map<string, E>, name: string, entry: E, { maxEach }: Registry): void {
  map.set(name, entry)
  const [oldest] = map.keys()
  if (map.size > maxEach && oldest !== undefined) map.delete(oldest)
}

/** Finds a tool or a prompt: as it was registered, or else as it was declared. */
export function findNamed(registry: Registry, kind: 'tools' | 'prompts', name: unknown): Entry | undefined {
  return typeof name === 'string' ? (registry[kind].get(name) ?? registry.declared?.[kind].get(name)) : undefined
}

/** Finds a template by the name with which it was registered, or else by the pattern with which it was declared. */
export function findTemplate(registry: Registry, name: unknown, uriTemplate: unknown): Entry | undefined {
  return registry.templates.get(String(name)) ?? registry.declared?.templates.get(String(uriTemplate))
}

/** Everything of one kind, by name: what is registered, and what is declared. */
export function allOf(registry: Registry, kind: 'tools' | 'prompts' | 'resources' | 'templates'): [string, Entry][] {
  return [...registry[kind], ...(registry.declared?.[kind] ?? [])]
}

/** A resource that was found by its URI, and the variables in it. */
export interface FoundResource {
  readonly entry: Entry
  readonly args: Readonly<Record<string, unknown>>
}

/** Finds what a URI stands for: what is registered, or else what is declared. */
export function findResource(registry: Registry, uri: unknown): FoundResource | null {
  if (typeof uri !== 'string') return null
  return findRegistered(registry, uri) ?? findDeclared(registry.declared, uri)
}

/** Nothing is normalised here: the handler of the host reads the same text. */
function findDeclared(declared: Registry | null, uri: string): FoundResource | null {
  const fixed = declared?.resources.get(uri)
  if (fixed !== undefined) return { entry: fixed, args: {} }
  for (const entry of declared?.templates.values() ?? []) {
    const args = entry.match(uri)
    if (args !== null) return { entry, args }
  }
  return null
}

/** In the order of both SDKs: a fixed resource first, then the first template that matches. */
function findRegistered({ resources, templates }: Registry, uri: string): FoundResource | null {
  if (!URL.canParse(uri)) return null
  const normal = new URL(uri).toString()
  const fixed = resources.get(normal)
  if (fixed !== undefined) return { entry: fixed, args: {} }
  for (const entry of templates.values()) {
    const args = entry.match(normal)
    if (args !== null) return { entry, args }
  }
  return null
}

/** Whether `entry` exists and may be shown or used at all. */
export function isEnabled(entry: Entry | undefined): entry is Entry {
  return entry !== undefined && entry.registered?.enabled !== false
}
