import { isBinding, noBinding } from '../bindings/index.js'
import { isBudget } from '../budgets/index.js'
import {
  type Actor,
  type Budget,
  isRecord,
  isStringArray,
  type JsonObject,
  type KeyRecord,
  type Owner,
  type RateLimit,
  type ResourceGrant,
  type StoredStatus,
} from '../values/index.js'

/**
 * The fields of a key as a database returns them: strings, JSON as strings, dates as milliseconds since 1970. The parts of the
 * owner, of the creator and of who disabled it are separate fields.
 */
export type StoredFields = Readonly<
  Record<
    Exclude<keyof KeyRecord, 'damaged' | 'previousUsedAt' | 'owner' | 'createdBy' | 'disabledBy' | 'grants'>,
    unknown
  > &
    Record<'ownerType' | 'ownerId' | 'organizationId' | 'createdByType' | 'createdById', unknown> &
    Record<'disabledByType' | 'disabledById', unknown> &
    Record<'scopes' | 'roles' | 'resources', unknown>
>

const statuses: ReadonlySet<unknown> = new Set<StoredStatus>(['active', 'disabled', 'revoked', 'deleted'])

/**
 * Reads a key from stored fields. Never throws: a field that cannot be read gets the value that grants the least, and its name is
 * added to `damaged`. So a corrupt row only makes its own key unusable.
 */
export function readRecord(fields: StoredFields): KeyRecord {
  // Every verification runs this. Passing `damaged` to each helper avoids a closure for each row.
  const damaged: string[] = []
  return {
    id: text(fields.id, 'id', damaged),
    environment: optionalText(fields.environment, 'environment', damaged),
    preview: text(fields.preview, 'preview', damaged),
    name: text(fields.name, 'name', damaged),
    description: optionalText(fields.description, 'description', damaged),
    owner: parseOwner(fields) ?? markDamaged<Owner>({ type: 'organization', id: '' }, 'owner', damaged),
    status: isStatus(fields.status) ? fields.status : markDamaged('unknown', 'status', damaged),
    grants: {
      scopes: json(fields.scopes, isStringArray, none, 'scopes', damaged),
      roles: json(fields.roles, isStringArray, none, 'roles', damaged),
      resources: json(fields.resources, isResourceGrants, {}, 'resources', damaged),
    },
    preset: optionalText(fields.preset, 'preset', damaged),
    tags: optionalJson(fields.tags, isStringArray, none, 'tags', damaged) ?? none,
    metadata: json(fields.metadata, isJsonObject, {}, 'metadata', damaged),
    expiresAt: optionalInstant(fields.expiresAt, 'expiresAt', damaged),
    ipAllowList: optionalJson(fields.ipAllowList, isStringArray, none, 'ipAllowList', damaged),
    rateLimits: optionalJson(fields.rateLimits, isRateLimits, [], 'rateLimits', damaged),
    budget: optionalJson(fields.budget, isBudget, noBudget, 'budget', damaged),
    binding: optionalJson(fields.binding, isBinding, noBinding, 'binding', damaged),
    createdBy:
      parseActor(fields.createdByType, fields.createdById) ??
      markDamaged<Actor>({ type: 'system', id: '' }, 'createdBy', damaged),
    createdAt: instant(fields.createdAt, 'createdAt', damaged),
    updatedAt: instant(fields.updatedAt, 'updatedAt', damaged),
    disabledAt: optionalInstant(fields.disabledAt, 'disabledAt', damaged),
    disabledBy: disabler(fields, damaged),
    disabledReason: optionalText(fields.disabledReason, 'disabledReason', damaged),
    locked: flag(fields.locked, 'locked', damaged),
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

/** What most keys have of a list: one for all of them, that nobody can change. */
const none: readonly string[] = /* @__PURE__ */ Object.freeze([])

/** Of a budget that cannot be read: its key is refused as damaged, and gets nothing from a process that does not refuse it. */
const noBudget: Budget = { limit: 0, refill: null }

function markDamaged<T>(least: T, field: string, damaged: string[]): T {
  damaged.push(field)
  return least
}

function text(value: unknown, field: string, damaged: string[]): string {
  return typeof value === 'string' ? value : markDamaged('', field, damaged)
}

function optionalText(value: unknown, field: string, damaged: string[]): string | null {
  return value == null ? null : text(value, field, damaged)
}

function instant(value: unknown, field: string, damaged: string[]): Date {
  const isRead = typeof value === 'number' || typeof value === 'bigint' || (typeof value === 'string' && value !== '')
  const date = new Date(isRead ? Number(value) : Number.NaN)
  return Number.isNaN(date.getTime()) ? markDamaged(date, field, damaged) : date
}

function optionalInstant(value: unknown, field: string, damaged: string[]): Date | null {
  return value == null ? null : instant(value, field, damaged)
}

function count(value: unknown, field: string, damaged: string[]): number {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : markDamaged(0, field, damaged)
}

/** A boolean, or the 0 or 1 that most databases have for it. What cannot be read is a lock. */
function flag(value: unknown, field: string, damaged: string[]): boolean {
  if (value == null) return false
  if (typeof value === 'boolean') return value
  const digit = String(value)
  return digit === '0' || digit === '1' ? digit === '1' : markDamaged(true, field, damaged)
}

type Accepts<T> = (value: unknown) => value is T

function json<T>(value: unknown, accepts: Accepts<T>, least: T, field: string, damaged: string[]): T {
  if (typeof value !== 'string') return markDamaged(least, field, damaged)
  // Most lists of a key are empty, and need no parser.
  if (value === (Array.isArray(least) ? '[]' : '{}')) return least
  try {
    const parsed: unknown = JSON.parse(value)
    return accepts(parsed) ? parsed : markDamaged(least, field, damaged)
  } catch {
    return markDamaged(least, field, damaged)
  }
}

function optionalJson<T>(value: unknown, accepts: Accepts<T>, least: T, field: string, damaged: string[]): T | null {
  return value == null ? null : json(value, accepts, least, field, damaged)
}

function isStatus(value: unknown): value is StoredStatus {
  return statuses.has(value)
}

function parseOwner({ ownerType, ownerId, organizationId }: StoredFields): Owner | null {
  if (typeof ownerId !== 'string' || typeof organizationId !== 'string') return null
  if (ownerType === 'user') return { type: 'user', id: ownerId, organizationId }
  return ownerType === 'organization' && ownerId === organizationId ? { type: 'organization', id: ownerId } : null
}

function disabler({ disabledByType: type, disabledById: id }: StoredFields, damaged: string[]): Actor | null {
  return type == null && id == null ? null : (parseActor(type, id) ?? markDamaged(null, 'disabledBy', damaged))
}

function parseActor(type: unknown, id: unknown): Actor | null {
  if (typeof id !== 'string') return null
  return type === 'user' || type === 'key' || type === 'system' ? { type, id } : null
}

function isJsonObject(value: unknown): value is JsonObject {
  return isRecord(value) // the value comes from JSON.parse
}

function isResourceGrants(value: unknown): value is Readonly<Record<string, ResourceGrant>> {
  return isRecord(value) && Object.values(value).every(isResourceGrant)
}

function isResourceGrant(value: unknown): value is ResourceGrant {
  if (!isRecord(value)) return false
  if (value.mode === 'all') return typeof value.level === 'string'
  if (value.mode !== 'specific' || !isRecord(value.levels)) return false
  return Object.values(value.levels).every((level) => typeof level === 'string')
}

function isRateLimits(value: unknown): value is readonly RateLimit[] {
  return Array.isArray(value) && value.every((item) => isRecord(item) && isCount(item.limit) && isCount(item.windowMs))
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}
