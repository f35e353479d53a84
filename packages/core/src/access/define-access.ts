import { InvalidOptions, ScopeUnknown } from '../errors/index.js'
import { close, covers, parseScope } from '../scope/index.js'
import type { Access, ResourceType, RoleScopes, ScopeInfo, ScopePattern } from './access.js'

/** The level names of each resource type, as keys: TypeScript infers those, where it would not infer a union. */
type LevelNames = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** What the product's developers write down; see {@link defineAccess}. */
export interface AccessDefinition<S extends string, P extends string, R extends string, L extends LevelNames> {
  /** The catalogue: every scope with the sentence that people read, or with more than that. */
  readonly scopes: Readonly<Record<S, string | { readonly description: string; readonly sensitive?: boolean }>>
  /** Which scopes a scope brings with it. Transitive; cycles and wildcards are errors (SCOPE-5). */
  readonly implies?: { readonly [K in NoInfer<S>]?: readonly NoInfer<S>[] }
  /** Named scope sets to choose from at creation. */
  readonly presets?: Readonly<Record<P, readonly ScopePattern<NoInfer<S>>[]>>
  /** Named scope sets that are looked up at each verification. */
  readonly roles?: Readonly<
    Record<
      R,
      readonly ScopePattern<NoInfer<S>>[] | ((organizationId: string) => readonly string[] | Promise<readonly string[]>)
    >
  >
  /** Resource types with their levels, lowest first, and the scopes that each level allows on a resource. */
  readonly resources?: {
    readonly [K in keyof L]: { readonly levels: { readonly [N in keyof L[K]]: readonly NoInfer<S>[] } }
  }
}

/**
 * Checks a product's access model once, so that every name in it can be relied on.
 *
 * Scopes, presets, roles, resource types and levels become literal types: a misspelt one does not compile.
 *
 * @throws {@link InvalidOptions} or {@link ScopeUnknown}, naming the field, if the model is not sound (SCOPE-5, -8, -11).
 */
export function defineAccess<
  const S extends string,
  const P extends string = never,
  const R extends string = never,
  const L extends LevelNames = Record<never, never>,
>(definition: AccessDefinition<S, P, R, L>): Access<S, P, R, { readonly [K in keyof L]: keyof L[K] & string }> {
  const scopes = readCatalogue(definition.scopes)
  const implies = readImplications(definition.implies ?? {}, scopes)
  const presets = readScopeSets(definition.presets ?? {}, 'presets', scopes)
  const roles = readScopeSets(definition.roles ?? {}, 'roles', scopes)
  const { resources, resourceScopes } = readResources(definition.resources ?? {}, scopes, implies)
  refuseCrossings(implies, resourceScopes)
  const isOpen = (scope: string) => scopes.get(scope)?.sensitive !== true

  const access: Access = Object.freeze({
    scopes,
    implies,
    presets: presets as ReadonlyMap<string, readonly string[]>, // readScopeSets refuses functions in presets
    roles,
    resources,
    resourceScopes,
    impliers: invert(scopes, implies, () => true),
    openImpliers: invert(scopes, implies, isOpen),
  })
  // The maps were built from the very keys that S, P, R and L name.
  return access as unknown as Access<S, P, R, { readonly [K in keyof L]: keyof L[K] & string }>
}

function readCatalogue(scopes: unknown): ReadonlyMap<string, ScopeInfo> {
  const catalogue = new Map<string, ScopeInfo>()
  for (const [name, entry] of ownEntries(scopes, 'scopes')) {
    const parsed = parseScope(name)
    if (!parsed.ok || !parsed.concrete) {
      throw new InvalidOptions(`scopes[${JSON.stringify(name)}]`, 'a dotted lower-case name without wildcards')
    }
    const info: unknown = typeof entry === 'string' ? { description: entry } : entry
    if (typeof info !== 'object' || info === null || !('description' in info) || typeof info.description !== 'string') {
      throw new InvalidOptions(`scopes[${JSON.stringify(name)}]`, 'a description, or { description, sensitive }')
    }
    const sensitive = 'sensitive' in info ? info.sensitive : false
    if (typeof sensitive !== 'boolean') {
      throw new InvalidOptions(`scopes[${JSON.stringify(name)}].sensitive`, 'a boolean')
    }
    catalogue.set(name, Object.freeze({ description: info.description, sensitive }))
  }
  if (catalogue.size === 0) throw new InvalidOptions('scopes', 'at least one scope')
  return catalogue
}

function readImplications(
  implies: unknown,
  scopes: ReadonlyMap<string, ScopeInfo>,
): Readonly<Record<string, readonly string[]>> {
  // Without a prototype: `constructor` is a legal scope name.
  const table: Record<string, readonly string[]> = Object.create(null)
  for (const [from, to] of ownEntries(implies, 'implies')) {
    if (!scopes.has(from)) throw new ScopeUnknown('implies', from)
    const field = `implies[${JSON.stringify(from)}]`
    table[from] = Object.freeze(readNames(to, field, scopes))
  }
  for (const from of Object.keys(table)) {
    const reached = new Set<string>()
    const queue = [...(table[from] ?? [])]
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (next === from) throw new InvalidOptions(`implies[${JSON.stringify(from)}]`, 'no cycle back to itself')
      if (reached.has(next)) continue
      reached.add(next)
      queue.push(...(table[next] ?? []))
    }
  }
  return Object.freeze(table)
}

function readScopeSets(
  sets: unknown,
  field: 'presets' | 'roles',
  scopes: ReadonlyMap<string, ScopeInfo>,
): ReadonlyMap<string, RoleScopes> {
  const read = new Map<string, RoleScopes>()
  for (const [name, patterns] of ownEntries(sets, field)) {
    const at = `${field}[${JSON.stringify(name)}]`
    if (!/^[a-z0-9][a-z0-9_.:-]{0,63}$/i.test(name)) throw new InvalidOptions(at, 'a name of at most 64 plain letters')
    if (typeof patterns === 'function' && field === 'roles') {
      read.set(name, patterns as RoleScopes) // its answer is checked each time it is asked
      continue
    }
    if (!Array.isArray(patterns)) throw new InvalidOptions(at, 'a list of scopes')
    patterns.forEach((pattern: unknown, index) => {
      requirePattern(pattern, `${at}[${index}]`, scopes)
    })
    read.set(name, Object.freeze([...(patterns as string[])]))
  }
  return read
}

function readResources(
  resources: unknown,
  scopes: ReadonlyMap<string, ScopeInfo>,
  implies: Readonly<Record<string, readonly string[]>>,
): { resources: ReadonlyMap<string, ResourceType>; resourceScopes: ReadonlySet<string> } {
  const types = new Map<string, ResourceType>()
  const listed = new Set<string>()
  for (const [name, type] of ownEntries(resources, 'resources')) {
    requireLabel(name, `resources[${JSON.stringify(name)}]`)
    const levels: unknown = typeof type === 'object' && type !== null && 'levels' in type ? type.levels : undefined
    const field = `resources.${name}.levels`
    const scopesByLevel = new Map<string, ReadonlySet<string>>()
    let below: readonly string[] = []
    for (const [level, names] of ownEntries(levels, field)) {
      requireLabel(level, `${field}[${JSON.stringify(level)}]`)
      const own = readNames(names, `${field}.${level}`, scopes)
      for (const scope of own) listed.add(scope)
      below = close([...below, ...own], implies)
      scopesByLevel.set(level, new Set(below))
    }
    if (scopesByLevel.size === 0) throw new InvalidOptions(field, 'at least one level')
    types.set(name, Object.freeze({ levels: Object.freeze([...scopesByLevel.keys()]), scopesByLevel }))
  }
  return { resources: types, resourceScopes: listed }
}

/** An implication from a global scope to a resource scope, or back, would grant the one beyond the other's resource. */
function refuseCrossings(
  implies: Readonly<Record<string, readonly string[]>>,
  resourceScopes: ReadonlySet<string>,
): void {
  for (const [from, targets] of Object.entries(implies)) {
    for (const to of targets) {
      if (resourceScopes.has(from) === resourceScopes.has(to)) continue
      const field = `implies[${JSON.stringify(from)}]`
      throw new InvalidOptions(field, `scopes of the same kind: only one of ${from} and ${to} is a resource scope`)
    }
  }
}

function invert(
  scopes: ReadonlyMap<string, ScopeInfo>,
  implies: Readonly<Record<string, readonly string[]>>,
  passes: (scope: string) => boolean,
): ReadonlyMap<string, readonly string[]> {
  const givers = new Map([...scopes.keys()].map((scope) => [scope, passes(scope) ? [scope] : []]))
  for (const from of scopes.keys()) {
    if (!passes(from)) continue
    const reached = new Set<string>()
    const queue = [...(implies[from] ?? [])]
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (reached.has(next) || !passes(next)) continue
      reached.add(next)
      givers.get(next)?.push(from)
      queue.push(...(implies[next] ?? []))
    }
  }
  return givers
}

function readNames(names: unknown, field: string, scopes: ReadonlyMap<string, ScopeInfo>): string[] {
  if (!Array.isArray(names)) throw new InvalidOptions(field, 'a list of scopes of the catalogue')
  return names.map((name: unknown, index) => {
    if (typeof name !== 'string' || !scopes.has(name)) throw new ScopeUnknown(`${field}[${index}]`, String(name))
    return name
  })
}

function requirePattern(pattern: unknown, field: string, scopes: ReadonlyMap<string, ScopeInfo>): void {
  const parsed = parseScope(typeof pattern === 'string' ? pattern : '')
  if (!parsed.ok) throw new InvalidOptions(field, 'a scope or a wildcard such as members.*')
  const known = [...scopes.keys()].some((scope) => covers([parsed.scope], scope))
  if (!known) throw new ScopeUnknown(field, parsed.scope)
}

function requireLabel(name: string, field: string): void {
  // A leading letter also keeps the order of an object's keys: integer-like ones would be moved to the front.
  if (!/^[a-z][a-z0-9_-]{0,63}$/.test(name)) throw new InvalidOptions(field, 'a name like board or read_only')
}

function ownEntries(record: unknown, field: string): [string, unknown][] {
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    throw new InvalidOptions(field, 'an object')
  return Object.entries(record)
}
