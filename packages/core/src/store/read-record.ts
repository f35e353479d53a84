import type {
  Actor,
  Grants,
  JsonObject,
  KeyRecord,
  Owner,
  RateLimit,
  ResourceGrant,
  StoredStatus,
} from '../values/index.js'

/**
 * A key's fields as a database gives them back: text, JSON as text, instants as milliseconds since 1970.
 * Owner and creator are split in their parts.
 */
export type StoredFields = Readonly<
  Record<Exclude<keyof KeyRecord, 'damaged' | 'owner' | 'createdBy' | 'grants'>, unknown> &
    Record<'ownerType' | 'ownerId' | 'organizationId' | 'createdByType' | 'createdById', unknown> &
    Record<'scopes' | 'roles' | 'resources', unknown>
>

const statuses: ReadonlySet<unknown> = new Set<StoredStatus>(['active', 'disabled', 'revoked', 'deleted'])

/**
 * Reads a key from stored fields. Never throws: what cannot be read becomes the value that gives least, and is named in
 * `damaged`, so that one corrupt row is refused and no other is touched (FI-25, SCOPE-9).
 */
export function readRecord(fields: StoredFields): KeyRecord {
  const damaged: string[] = []

  const spoilt = <T>(field: string, least: T): T => {
    damaged.push(field)
    return least
  }
  const text = (field: keyof StoredFields): string => {
    const value = fields[field]
    return typeof value === 'string' ? value : spoilt(field, '')
  }
  const optionalText = (field: keyof StoredFields): string | null => (fields[field] == null ? null : text(field))
  const instant = (field: keyof StoredFields): Date => {
    const value = fields[field]
    const ms = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string' ? Number(value) : NaN
    const date = new Date(value === '' ? NaN : ms)
    return Number.isNaN(date.getTime()) ? spoilt(field, date) : date
  }
  const optionalInstant = (field: keyof StoredFields): Date | null => (fields[field] == null ? null : instant(field))
  const json = <T>(field: keyof StoredFields, accepts: (value: unknown) => value is T, least: T): T => {
    try {
      const value: unknown = JSON.parse(text(field))
      return accepts(value) ? value : spoilt(field, least)
    } catch {
      return damaged.includes(field) ? least : spoilt(field, least)
    }
  }
  const optionalJson = <T>(field: keyof StoredFields, accepts: (value: unknown) => value is T, least: T): T | null =>
    fields[field] == null ? null : json(field, accepts, least)

  const grants: Grants = {
    scopes: json('scopes', isTextList, []),
    roles: json('roles', isTextList, []),
    resources: json('resources', isResourceGrants, {}),
  }
  const version = Number(fields.version)
  return {
    id: text('id'),
    environment: optionalText('environment'),
    preview: text('preview'),
    name: text('name'),
    description: optionalText('description'),
    owner: readOwner(fields) ?? spoilt('owner', { type: 'organization', id: '' } as const),
    status: statuses.has(fields.status)
      ? (fields.status as StoredStatus) // a member of the set just asked
      : spoilt('status', 'unknown' as const),
    grants,
    preset: optionalText('preset'),
    metadata: json('metadata', isObject, {}),
    expiresAt: optionalInstant('expiresAt'),
    ipAllowList: optionalJson('ipAllowList', isTextList, []),
    rateLimits: optionalJson('rateLimits', isRateLimits, []),
    createdBy: readActor(fields) ?? spoilt('createdBy', { type: 'system', id: '' } as const),
    createdAt: instant('createdAt'),
    updatedAt: instant('updatedAt'),
    disabledAt: optionalInstant('disabledAt'),
    revokedAt: optionalInstant('revokedAt'),
    revokedReason: optionalText('revokedReason'),
    deletedAt: optionalInstant('deletedAt'),
    lastUsedAt: optionalInstant('lastUsedAt'),
    hash: optionalText('hash'),
    previousHash: optionalText('previousHash'),
    previousHashExpiresAt: optionalInstant('previousHashExpiresAt'),
    lookupDigest: optionalText('lookupDigest'),
    sealed: optionalText('sealed'),
    version: Number.isSafeInteger(version) ? version : spoilt('version', 0),
    damaged,
  }
}

function readOwner({ ownerType, ownerId, organizationId }: StoredFields): Owner | null {
  if (typeof ownerId !== 'string' || typeof organizationId !== 'string') return null
  if (ownerType === 'user') return { type: 'user', id: ownerId, organizationId }
  return ownerType === 'organization' && ownerId === organizationId ? { type: 'organization', id: ownerId } : null
}

function readActor({ createdByType: type, createdById: id }: StoredFields): Actor | null {
  if (typeof id !== 'string') return null
  return type === 'user' || type === 'key' || type === 'system' ? { type, id } : null
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isResourceGrants(value: unknown): value is Readonly<Record<string, ResourceGrant>> {
  return isObject(value) && Object.values(value).every(isResourceGrant)
}

function isResourceGrant(value: unknown): value is ResourceGrant {
  if (!isObject(value)) return false
  if (value.mode === 'all') return typeof value.level === 'string'
  if (value.mode !== 'specific' || !isObject(value.levels)) return false
  return Object.values(value.levels).every((level) => typeof level === 'string')
}

function isRateLimits(value: unknown): value is readonly RateLimit[] {
  return Array.isArray(value) && value.every((item) => isObject(item) && isCount(item.limit) && isCount(item.windowMs))
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}
