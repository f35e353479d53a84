import { type Access, isAtLeast } from '../access/index.js'
import { InvalidInput, ScopeUnknown } from '../errors/index.js'
import { covers, parseScope } from '../scope/index.js'
import type { Grants, JsonObject, JsonValue, Owner, ResourceGrant } from '../values/index.js'

const maxScopes = 200
const maxRoles = 50
const maxGrants = 1_000
const maxMetadataLength = 16_384

// Control, line-breaking, bidirectional and invisible characters: none belongs in a name that people compare (MGMT-8).
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

/** A name: 1 to 100 printable characters, in NFC, without outer spaces (MGMT-8). */
export function checkName(value: unknown): string {
  const name = typeof value === 'string' ? value.normalize('NFC').trim() : ''
  if (name.length < 1 || name.length > 100 || unprintable.test(name)) {
    throw new InvalidInput('name', '1 to 100 printable characters')
  }
  return name
}

/** A description: at most 500 printable characters, or `null`. */
export function checkDescription(value: unknown): string | null {
  if (value === undefined || value === null) return null
  const text = typeof value === 'string' ? value.normalize('NFC') : null
  if (text === null || text.length > 500 || unprintable.test(text.replaceAll('\n', ' '))) {
    throw new InvalidInput('description', 'at most 500 printable characters')
  }
  return text
}

/** An owner, copied. */
export function checkOwner(value: unknown): Owner {
  const { type, id, organizationId } = (typeof value === 'object' && value !== null ? value : {}) as Partial<
    Record<string, unknown>
  > // each part is checked below
  if (type === 'organization') return { type, id: checkId(id, 'owner.id') }
  if (type !== 'user') throw new InvalidInput('owner.type', "'user' or 'organization'")
  return { type, id: checkId(id, 'owner.id'), organizationId: checkId(organizationId, 'owner.organizationId') }
}

/**
 * A host's id: 1 to 255 printable characters, without outer spaces. NUL would make sealed contexts ambiguous (ENC-3), and to
 * some databases `org` and `org ` are the same.
 */
export function checkId(value: unknown, field: string): string {
  if (
    typeof value !== 'string' ||
    value.length < 1 ||
    value.length > 255 ||
    unprintable.test(value) ||
    value !== value.trim()
  ) {
    throw new InvalidInput(field, '1 to 255 printable characters, without spaces around them')
  }
  return value
}

/** A reason for a revocation: at most 200 printable characters, or `null`. */
export function checkReason(value: unknown): string | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'string' || value.length > 200 || unprintable.test(value)) {
    throw new InvalidInput('reason', 'at most 200 printable characters')
  }
  return value
}

/** An instant, copied, or `null` for never. */
export function checkExpiry(value: unknown): Date | null {
  if (value === undefined || value === null) return null
  // The upper bound keeps the instant printable as ISO 8601 with four digits of year.
  if (!(value instanceof Date) || !(value.getTime() >= 0) || value.getUTCFullYear() > 9999) {
    throw new InvalidInput('expiresAt', 'a valid Date or null')
  }
  return new Date(value)
}

/** A copy of a JSON object, at most 16 KB as text. */
export function checkMetadata(value: unknown): JsonObject {
  if (value === undefined) return {}
  const text = isJsonObject(value) ? JSON.stringify(value) : ''
  if (text === '' || text.length > maxMetadataLength)
    throw new InvalidInput('metadata', 'a JSON object of at most 16 KB')
  return JSON.parse(text) as JsonObject // the text of a JSON object
}

/** Scope patterns of the catalogue, without repetitions; the order stays. */
export function checkScopes(access: Access, value: unknown, field = 'scopes'): readonly string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.length > maxScopes)
    throw new InvalidInput(field, `a list of at most ${maxScopes} scopes`)
  // Array.from, where map would pass over holes.
  const patterns = Array.from(value, (item: unknown, index) => {
    const at = `${field}[${index}]`
    const parsed = parseScope(typeof item === 'string' ? item : '')
    if (!parsed.ok) throw new InvalidInput(at, 'a scope of the catalogue, or a wildcard such as members.*')
    const { scope } = parsed
    if (![...access.scopes.keys()].some((known) => covers([scope], known))) throw new ScopeUnknown(at, scope)
    if (access.resourceScopes.has(scope)) {
      throw new InvalidInput(at, `a global scope: ${scope} is granted through resources, by a level`)
    }
    return scope
  })
  return [...new Set(patterns)]
}

/** Roles of the access model, without repetitions. */
export function checkRoles(access: Access, value: unknown): readonly string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.length > maxRoles)
    throw new InvalidInput('roles', `a list of at most ${maxRoles} roles`)
  const roles = Array.from(value, (role: unknown, index) => {
    if (typeof role !== 'string') throw new InvalidInput(`roles[${index}]`, 'the name of a role')
    if (!access.roles.has(role)) throw new ScopeUnknown(`roles[${index}]`, role)
    return role
  })
  return [...new Set(roles)]
}

/** A preset of the access model with its expansion, or `null`. */
export function checkPreset(access: Access, value: unknown): { name: string; scopes: readonly string[] } | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') throw new InvalidInput('preset', 'the name of a preset, or null')
  const scopes = access.presets.get(value)
  if (scopes === undefined) throw new ScopeUnknown('preset', value)
  return { name: value, scopes }
}

/** Grants on resources, copied. */
export function checkResources(access: Access, value: unknown): Grants['resources'] {
  if (value === undefined || value === null) return {}
  if (!isPlainObject(value)) throw new InvalidInput('resources', 'an object by resource type')
  const given = Object.entries(value).filter(([, grant]) => grant !== undefined)
  return Object.fromEntries(given.map(([type, grant]) => [type, checkGrant(access, type, grant)]))
}

function checkGrant(access: Access, typeName: string, grant: unknown): ResourceGrant {
  const field = `resources[${JSON.stringify(typeName.slice(0, 64))}]`
  const type = access.resources.get(typeName)
  if (type === undefined) throw new ScopeUnknown('resources', typeName)
  const checkLevel = (level: unknown, at: string): string => {
    if (typeof level === 'string' && isAtLeast(type, level, type.levels[0] ?? '')) return level
    throw new InvalidInput(at, `one of ${type.levels.join(', ')}`)
  }
  if (!isPlainObject(grant)) throw new InvalidInput(field, "{ mode: 'all', level } or { mode: 'specific', levels }")
  if (grant.mode === 'all') return { mode: 'all', level: checkLevel(grant.level, `${field}.level`) }
  if (grant.mode !== 'specific' || !isPlainObject(grant.levels)) {
    throw new InvalidInput(field, "{ mode: 'all', level } or { mode: 'specific', levels }")
  }
  const levels = Object.entries(grant.levels)
  if (levels.length > maxGrants) throw new InvalidInput(`${field}.levels`, `at most ${maxGrants} resources`)
  return {
    mode: 'specific',
    levels: Object.fromEntries(
      levels.map(([id, level]) => [
        checkId(id, `${field}.levels`),
        checkLevel(level, `${field}.levels[${JSON.stringify(id)}]`),
      ]),
    ),
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isJsonObject(value: unknown): value is JsonObject {
  return isPlainObject(value) && isJson(value, 0)
}

/** Half a character has no canonical form, and so no place in the audit chain (AUD-4). */
function isWellFormed(text: string): boolean {
  return !/\p{Cs}/u.test(text)
}

function isJson(value: unknown, depth: number): value is JsonValue {
  if (depth > 20) return false
  if (value === null || typeof value === 'boolean') return true
  if (typeof value === 'string') return isWellFormed(value)
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1))
  if (!isPlainObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return (
    (prototype === Object.prototype || prototype === null) &&
    Object.entries(value).every(([name, item]) => isWellFormed(name) && isJson(item, depth + 1))
  )
}
