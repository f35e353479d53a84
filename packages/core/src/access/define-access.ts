import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidOptions } from '../errors/index.js'
import { followed, maxPatterns, parseScope } from '../scope/index.js'
import { isRecord } from '../values/index.js'
import type { Access, ResourceType, RoleScopes, ScopeInfo } from './access.js'
import type { AccessDefinition, LevelNames } from './access-definition.js'
import { isKnownScope } from './departed-names.js'
import { unknownName } from './unknown-name.js'

/** Each request may follow all implications. */
const maxImplications = 20_000

const definitionNames: NamesOf<AccessDefinition<never, never, never, LevelNames>> = {
  scopes: true,
  implies: true,
  presets: true,
  roles: true,
  resources: true,
}

/**
 * Checks and freezes the access model of a product. Pass the result to `createKeyring`.
 *
 * The names of scopes, presets, roles, resource types and levels become literal types: a misspelt name does not compile.
 *
 * @throws {@link ScopeUnknown} when `implies`, a preset, a role or a level names a scope that is not in the catalog.
 * @throws {@link InvalidOptions} when any other part of the model is wrong, such as a malformed name or a cycle.
 *
 * @example
 * ```ts
 * export const access = defineAccess({
 *   scopes: {
 *     'members.read': 'View members',
 *     'members.invite': 'Invite members',
 *     'billing.pay': { description: 'Spend money', sensitive: true },
 *     'tasks.read': 'View tasks',
 *     'tasks.move': 'Move tasks',
 *   },
 *   implies: { 'members.invite': ['members.read'] },
 *   presets: { 'read-only': ['members.read'] },
 *   roles: { admin: ['members.*'] },
 *   resources: { board: { levels: { read: ['tasks.read'], edit: ['tasks.move'] } } },
 * })
 * ```
 */
export function defineAccess<
  const S extends string,
  const P extends string = never,
  const R extends string = never,
  const L extends LevelNames = Record<never, never>,
>(definition: AccessDefinition<S, P, R, L>): Access<S, P, R, { readonly [K in keyof L]: keyof L[K] & string }> {
  checkNames(definition, definitionNames)
  const scopes = parseCatalog(definition.scopes)
  const implies = parseImplications(definition.implies ?? {}, scopes)
  const presets = parseScopeSets(definition.presets ?? {}, 'presets', scopes)
  const roles = parseScopeSets(definition.roles ?? {}, 'roles', scopes)
  const { resources, resourceScopes } = parseResources(definition.resources ?? {}, scopes, implies)
  refuseCrossings(implies, resourceScopes)

  const access: Access = Object.freeze({
    scopes,
    implies,
    impliedBy: invert(implies),
    presets: presets as ReadonlyMap<string, readonly string[]>, // parseScopeSets refuses functions in presets
    roles,
    resources,
    resourceScopes,
  })
  // The maps have the keys of `definition`, which S, P, R and L are the types of.
  return access as unknown as Access<S, P, R, { readonly [K in keyof L]: keyof L[K] & string }>
}

function parseCatalog(scopes: unknown): ReadonlyMap<string, ScopeInfo> {
  const catalog = new Map<string, ScopeInfo>()
  for (const [name, entry] of ownEntries(scopes, 'scopes')) {
    const parsed = parseScope(name)
    if (!parsed.ok || !parsed.concrete) {
      throw new InvalidOptions(
        `scopes[${JSON.stringify(name)}]`,
        'a lower-case name such as members.read, without wildcards',
      )
    }
    const info: unknown = typeof entry === 'string' ? { description: entry } : entry
    if (!isRecord(info) || typeof info.description !== 'string') {
      throw new InvalidOptions(`scopes[${JSON.stringify(name)}]`, 'a description, or { description, sensitive }')
    }
    checkNames(info, { description: true, sensitive: true }, { at: `scopes[${JSON.stringify(name)}]` })
    const sensitive = 'sensitive' in info ? info.sensitive : false
    if (typeof sensitive !== 'boolean') {
      throw new InvalidOptions(`scopes[${JSON.stringify(name)}].sensitive`, 'a boolean')
    }
    catalog.set(name, Object.freeze({ description: info.description, sensitive }))
  }
  if (catalog.size === 0) throw new InvalidOptions('scopes', 'an object with at least one scope')
  if (catalog.size > maxPatterns) throw new InvalidOptions('scopes', `an object with at most ${maxPatterns} scopes`)
  return catalog
}

function parseImplications(
  implies: unknown,
  scopes: ReadonlyMap<string, ScopeInfo>,
): Readonly<Record<string, readonly string[]>> {
  // Without a prototype: `constructor` is a legal scope name.
  const table: Record<string, readonly string[]> = Object.create(null)
  for (const [from, to] of ownEntries(implies, 'implies')) {
    if (!scopes.has(from)) throw unknownName('implies', from, scopes.keys())
    const field = `implies[${JSON.stringify(from)}]`
    table[from] = Object.freeze(parseNames(to, field, scopes))
  }
  const count = Object.values(table).flat().length
  if (count > maxImplications) {
    throw new InvalidOptions('implies', `an object with at most ${maxImplications} implied scopes in all`)
  }
  for (const [from, to] of Object.entries(table)) {
    if (!followed(to, table).has(from)) continue
    const field = `implies[${JSON.stringify(from)}]`
    throw new InvalidOptions(field, 'free of cycles', `Option ${field} must not lead back to ${from}.`)
  }
  return Object.freeze(table)
}

function parseScopeSets(
  sets: unknown,
  field: 'presets' | 'roles',
  scopes: ReadonlyMap<string, ScopeInfo>,
): ReadonlyMap<string, RoleScopes> {
  const parsed = new Map<string, RoleScopes>()
  for (const [name, patterns] of ownEntries(sets, field)) {
    const at = `${field}[${JSON.stringify(name)}]`
    if (!/^[a-z0-9][a-z0-9_.:-]{0,63}$/i.test(name)) {
      const message = `The name in ${at} must be 1 to 64 letters, digits and _ . : -, and begin with a letter or a digit.`
      throw new InvalidOptions(at, 'named such as read-only', message)
    }
    if (typeof patterns === 'function' && field === 'roles') {
      parsed.set(name, patterns as RoleScopes) // its answer is checked on each call
      continue
    }
    if (!Array.isArray(patterns)) throw new InvalidOptions(at, 'a list of scopes')
    patterns.forEach((pattern: unknown, index) => {
      checkPattern(pattern, `${at}[${index}]`, scopes)
    })
    parsed.set(name, Object.freeze([...(patterns as string[])]))
  }
  return parsed
}

function parseResources(
  resources: unknown,
  scopes: ReadonlyMap<string, ScopeInfo>,
  implies: Readonly<Record<string, readonly string[]>>,
): { resources: ReadonlyMap<string, ResourceType>; resourceScopes: ReadonlySet<string> } {
  const types = new Map<string, ResourceType>()
  const listed = new Set<string>()
  for (const [name, type] of ownEntries(resources, 'resources')) {
    checkLabel(name, `resources[${JSON.stringify(name)}]`)
    checkNames(type, { levels: true }, { at: `resources.${name}` })
    const levels: unknown = isRecord(type) ? type.levels : undefined
    const field = `resources.${name}.levels`
    const scopesByLevel = new Map<string, ReadonlySet<string>>()
    let below: ReadonlySet<string> = new Set()
    for (const [level, names] of ownEntries(levels, field)) {
      checkLabel(level, `${field}[${JSON.stringify(level)}]`)
      const own = parseNames(names, `${field}.${level}`, scopes)
      for (const scope of own) listed.add(scope)
      below = followed([...below, ...own], implies)
      scopesByLevel.set(level, below)
    }
    if (scopesByLevel.size === 0) throw new InvalidOptions(field, 'an object with at least one level')
    types.set(name, Object.freeze({ levels: Object.freeze([...scopesByLevel.keys()]), scopesByLevel }))
  }
  return { resources: types, resourceScopes: listed }
}

/**
 * Refuses implications between global and resource scopes. Such an implication would grant a scope beyond the resource that the
 * other one is limited to.
 */
function refuseCrossings(
  implies: Readonly<Record<string, readonly string[]>>,
  resourceScopes: ReadonlySet<string>,
): void {
  for (const [from, targets] of Object.entries(implies)) {
    for (const to of targets) {
      if (resourceScopes.has(from) === resourceScopes.has(to)) continue
      const field = `implies[${JSON.stringify(from)}]`
      const message = `Option ${field} must not imply ${to}: only one of ${from} and ${to} is a resource scope.`
      throw new InvalidOptions(field, 'a list of scopes of the same kind', message)
    }
  }
}

function invert(implies: Access['implies']): Access['impliedBy'] {
  const impliedBy: Record<string, string[]> = Object.create(null)
  for (const [from, targets] of Object.entries(implies)) {
    for (const to of targets) {
      impliedBy[to] ??= []
      impliedBy[to].push(from)
    }
  }
  return impliedBy
}

function parseNames(names: unknown, field: string, scopes: ReadonlyMap<string, ScopeInfo>): string[] {
  if (!Array.isArray(names)) throw new InvalidOptions(field, 'a list of scopes from the catalog')
  return names.map((name: unknown, index) => {
    if (typeof name !== 'string' || !scopes.has(name))
      throw unknownName(`${field}[${index}]`, String(name), scopes.keys())
    return name
  })
}

function checkPattern(pattern: unknown, field: string, scopes: ReadonlyMap<string, ScopeInfo>): void {
  const parsed = parseScope(typeof pattern === 'string' ? pattern : '')
  if (!parsed.ok) throw new InvalidOptions(field, 'a scope or a wildcard such as members.*')
  if (!isKnownScope({ scopes }, parsed.scope)) throw unknownName(field, parsed.scope, scopes.keys())
}

function checkLabel(name: string, field: string): void {
  // JavaScript moves integer-like keys to the front of an object. A leading letter keeps the order of the levels.
  if (/^[a-z][a-z0-9_-]{0,63}$/.test(name)) return
  const message = `The name in ${field} must be 1 to 64 characters of a-z, 0-9, _ and -, and begin with a letter.`
  throw new InvalidOptions(field, 'named such as board or read_only', message)
}

function ownEntries(record: unknown, field: string): [string, unknown][] {
  if (!isRecord(record)) throw new InvalidOptions(field, 'an object')
  return Object.entries(record)
}
