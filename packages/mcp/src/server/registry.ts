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
}

/** Makes an empty registry. */
export function createRegistry(maxEach: number = Number.POSITIVE_INFINITY): Registry {
  return { tools: new Map(), prompts: new Map(), resources: new Map(), templates: new Map(), maxEach }
}

/** Keeps `entry` in one of the maps of a registry. */
export function keep<E extends Entry>(map: Map<string, E>, name: string, entry: E, { maxEach }: Registry): void {
  map.set(name, entry)
  const [oldest] = map.keys()
  if (map.size > maxEach && oldest !== undefined) map.delete(oldest)
}

/** Finds what a URI stands for, in the order of both SDKs: a fixed resource first, then the first template that matches. */
export function findResource(
  { resources, templates }: Registry,
  uri: unknown,
): { readonly entry: Entry; readonly args: Readonly<Record<string, unknown>> } | null {
  if (typeof uri !== 'string' || !URL.canParse(uri)) return null
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
