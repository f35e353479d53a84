import {
  type Actor,
  isTextList,
  type JsonObject,
  type KeyRecord,
  type Owner,
  type RateLimit,
  type ResourceGrant,
  type StoredStatus,
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
  // Every verification comes through here: each helper is handed what it needs, and no closure is made for a row.
  const damaged: string[] = []
  return {
    id: text(fields.id, 'id', damaged),
    environment: optionalText(fields.environment, 'environment', damaged),
    preview: text(fields.preview, 'preview', damaged),
    name: text(fields.name, 'name', damaged),
    description: optionalText(fields.description, 'description', damaged),
    owner: readOwner(fields) ?? spoilt<Owner>({ type: 'organization', id: '' }, 'owner', damaged),
    status: isStatus(fields.status) ? fields.status : spoilt('unknown', 'status', damaged),
    grants: {
      scopes: json(fields.scopes, isTextList, [], 'scopes', damaged),
      roles: json(fields.roles, isTextList, [], 'roles', damaged),
      resources: json(fields.resources, isResourceGrants, {}, 'resources', damaged),
    },
    preset: optionalText(fields.preset, 'preset', damaged),
    metadata: json(fields.metadata, isObject, {}, 'metadata', damaged),
    expiresAt: optionalInstant(fields.expiresAt, 'expiresAt', damaged),
    ipAllowList: optionalJson(fields.ipAllowList, isTextList, [], 'ipAllowList', damaged),
    rateLimits: optionalJson(fields.rateLimits, isRateLimits, [], 'rateLimits', damaged),
    createdBy: readActor(fields) ?? spoilt<Actor>({ type: 'system', id: '' }, 'createdBy', damaged),
    createdAt: instant(fields.createdAt, 'createdAt', damaged),
    updatedAt: instant(fields.updatedAt, 'updatedAt', damaged),
    disabledAt: optionalInstant(fields.disabledAt, 'disabledAt', damaged),
    revokedAt: optionalInstant(fields.revokedAt, 'revokedAt', damaged),
    revokedReason: optionalText(fields.revokedReason, 'revokedReason', damaged),
    deletedAt: optionalInstant(fields.deletedAt, 'deletedAt', damaged),
    lastUsedAt: optionalInstant(fields.lastUsedAt, 'lastUsedAt', damaged),
    hash: optionalText(fields.hash, 'hash', damaged),
    previousHash: optionalText(fields.previousHash, 'previousHash', damaged),
    previousHashExpiresAt: optionalInstant(fields.previousHashExpiresAt, 'previousHashExpiresAt', damaged),
    lookupDigest: optionalText(fields.lookupDigest, 'lookupDigest', damaged),
    sealed: optionalText(fields.sealed, 'sealed', damaged),
    version: count(fields.version, 'version', damaged),
    damaged,
  }
}

function spoilt<T>(least: T, field: string, damaged: string[]): T {
  damaged.push(field)
  return least
}

function text(value: unknown, field: string, damaged: string[]): string {
  return typeof value === 'string' ? value : spoilt('', field, damaged)
}

function optionalText(value: unknown, field: string, damaged: string[]): string | null {
  return value == null ? null : text(value, field, damaged)
}

function instant(value: unknown, field: string, damaged: string[]): Date {
  const isRead = typeof value === 'number' || typeof value === 'bigint' || (typeof value === 'string' && value !== '')
  const date = new Date(isRead ? Number(value) : Number.NaN)
  return Number.isNaN(date.getTime()) ? spoilt(date, field, damaged) : date
}

function optionalInstant(value: unknown, field: string, damaged: string[]): Date | null {
  return value == null ? null : instant(value, field, damaged)
}

function count(value: unknown, field: string, damaged: string[]): number {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : spoilt(0, field, damaged)
}

type Accepts<T> = (value: unknown) => value is T

function json<T>(value: unknown, accepts: Accepts<T>, least: T, field: string, damaged: string[]): T {
  if (typeof value !== 'string') return spoilt(least, field, damaged)
  // Most of a key's lists are empty.
  if (value === (Array.isArray(least) ? '[]' : '{}')) return least
  try {
    const parsed: unknown = JSON.parse(value)
    return accepts(parsed) ? parsed : spoilt(least, field, damaged)
  } catch {
    return spoilt(least, field, damaged)
  }
}

function optionalJson<T>(value: unknown, accepts: Accepts<T>, least: T, field: string, damaged: string[]): T | null {
  return value == null ? null : json(value, accepts, least, field, damaged)
}

function isStatus(value: unknown): value is StoredStatus {
  return statuses.has(value)
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
