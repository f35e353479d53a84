import { type Access, isAtLeast, isKnownScope, unknownName } from '../access/index.js'
import { didYouMean } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { parseScope } from '../scope/index.js'
import { type Grants, isRecord, type KeySettings, type ResourceGrant } from '../values/index.js'
import { maxGrants, maxNamed, maxRoles, maxScopes } from './bounds.js'
import { checkId } from './check-input.js'

/** What a call says of the rights of a key, in copies. Whether the access model has the names is for {@link knownGrants}. */
export interface NamedGrants {
  /** `null`, here and below: the call does not say. */
  readonly scopes: readonly string[] | null
  readonly preset: string | null
  readonly roles: readonly string[] | null
  readonly resources: Grants['resources'] | null
}

/** Checks the form of grants, before any store is asked. @throws InvalidInput, naming the field. */
export function checkGrants(input: Readonly<Partial<Record<keyof NamedGrants, unknown>>>): NamedGrants {
  const { scopes, preset = null, roles, resources } = input
  if (preset !== null && typeof preset !== 'string') throw new InvalidInput('preset', 'the name of a preset, or null')
  return {
    scopes: scopes === undefined ? null : checkScopes(scopes),
    preset,
    roles: roles === undefined ? null : checkRoles(roles),
    resources: resources === undefined ? null : checkResources(resources),
  }
}

/**
 * Returns what grants make of a key that had `before`. A name that left the access model is refused, but where the key has it
 * already: what `get` gave can be written back, and gives nothing.
 *
 * @throws ScopeUnknown; InvalidInput for a level, or a scope that is only granted on resources.
 */
export function knownGrants(
  access: Access,
  named: NamedGrants,
  before: Pick<KeySettings, 'grants' | 'preset'>,
): Partial<Pick<KeySettings, 'grants' | 'preset'>> {
  const { scopes, preset, roles, resources } = named
  const had = before.grants
  requireKnownScopes(access, scopes ?? [], had.scopes)
  for (const [index, role] of (roles ?? []).entries()) {
    if (!access.roles.has(role) && !had.roles.includes(role))
      throw unknownName(`roles[${index}]`, role, access.roles.keys())
  }
  const ofPreset = preset === null ? [] : access.presets.get(preset)
  if (ofPreset === undefined && preset !== before.preset)
    throw unknownName('preset', preset ?? '', access.presets.keys())
  for (const [type, grant] of Object.entries(resources ?? {})) {
    const same = Object.hasOwn(had.resources, type) && JSON.stringify(had.resources[type]) === JSON.stringify(grant)
    if (!same) requireKnownGrant(access, type, grant)
  }
  const isScoped = scopes !== null || preset !== null
  // A preset that is gone has no scopes of its own: the key keeps those that it was given.
  const all = [...(ofPreset ?? (scopes === null ? had.scopes : [])), ...(scopes ?? [])]
  if (isScoped && new Set(all).size > maxScopes) {
    throw new InvalidInput('scopes', `at most ${maxScopes}, with those of the preset`)
  }
  if (!isScoped && roles === null && resources === null) return {}
  return {
    grants: {
      scopes: isScoped ? [...new Set(all)] : had.scopes,
      roles: roles === null ? had.roles : [...new Set(roles)],
      resources: resources ?? had.resources,
    },
    ...(isScoped ? { preset } : {}),
  }
}

function checkScopes(value: unknown): readonly string[] {
  if (value === null) return []
  if (!Array.isArray(value) || value.length > maxNamed)
    throw new InvalidInput('scopes', `a list of at most ${maxNamed} scopes`)
  // Not `map`, which skips the holes of a sparse array.
  return Array.from(value, (item: unknown, index) => {
    const parsed = parseScope(typeof item === 'string' ? item : '')
    if (parsed.ok) return parsed.scope
    throw new InvalidInput(`scopes[${index}]`, 'a scope from the catalog, or a wildcard such as members.*')
  })
}

function requireKnownScopes(access: Access, scopes: readonly string[], had: readonly string[]): void {
  for (const [index, scope] of scopes.entries()) {
    if (had.includes(scope)) continue
    const at = `scopes[${index}]`
    if (!isKnownScope(access, scope)) throw unknownName(at, scope, access.scopes.keys())
    if (access.resourceScopes.has(scope)) {
      const message = `${at} must be a global scope. Grant ${scope} in resources, with a level.`
      throw new InvalidInput(at, 'a global scope', message)
    }
  }
}

function checkRoles(value: unknown): readonly string[] {
  if (value === null) return []
  if (!Array.isArray(value) || value.length > maxRoles)
    throw new InvalidInput('roles', `a list of at most ${maxRoles} roles`)
  return Array.from(value, (role: unknown, index) => {
    if (typeof role === 'string') return role
    throw new InvalidInput(`roles[${index}]`, 'the name of a role')
  })
}

function checkResources(value: unknown): Grants['resources'] {
  if (value === null) return {}
  if (!isRecord(value)) throw new InvalidInput('resources', 'an object with a grant for each resource type')
  const given = Object.entries(value).filter(([, grant]) => grant !== undefined)
  return Object.fromEntries(given.map(([type, grant]) => [type, checkGrant(fieldOf(type), grant)]))
}

function checkGrant(field: string, grant: unknown): ResourceGrant {
  if (isRecord(grant) && grant.mode === 'all') return { mode: 'all', level: checkLevel(grant.level, `${field}.level`) }
  if (!isRecord(grant) || grant.mode !== 'specific' || !isRecord(grant.levels)) {
    throw new InvalidInput(field, "{ mode: 'all', level } or { mode: 'specific', levels }")
  }
  const levels = Object.entries(grant.levels)
  if (levels.length > maxGrants)
    throw new InvalidInput(`${field}.levels`, `an object with at most ${maxGrants} resources`)
  return {
    mode: 'specific',
    levels: Object.fromEntries(
      levels.map(([id, level]) => [checkId(id, `${field}.levels`), checkLevel(level, levelField(field, id))]),
    ),
  }
}

function checkLevel(level: unknown, at: string): string {
  if (typeof level === 'string') return level
  throw new InvalidInput(at, 'the name of a level')
}

function requireKnownGrant(access: Access, typeName: string, grant: ResourceGrant): void {
  const field = fieldOf(typeName)
  const type = access.resources.get(typeName)
  if (type === undefined) throw unknownName('resources', typeName, access.resources.keys())
  const levels = grant.mode === 'all' ? [[`${field}.level`, grant.level] as const] : levelsOf(field, grant.levels)
  for (const [at, level] of levels) {
    if (isAtLeast(type, level, type.levels[0] ?? '')) continue
    const expected = `one of ${type.levels.join(', ')}`
    const hint = didYouMean(level, type.levels)
    throw new InvalidInput(at, expected, `${at} must be ${expected}.${hint === null ? '' : ` ${hint}`}`)
  }
}

function levelsOf(field: string, levels: Readonly<Record<string, string>>): (readonly [string, string])[] {
  return Object.entries(levels).map(([id, level]) => [levelField(field, id), level])
}

function fieldOf(type: string): string {
  return `resources[${JSON.stringify(type.slice(0, 64))}]`
}

function levelField(field: string, id: string): string {
  return `${field}.levels[${JSON.stringify(id)}]`
}
