import { freezeDeep, type Key, type KeyRecord, type KeyStatus } from '../values/index.js'
import { isExpired, isPast } from './lifetime.js'

/**
 * Returns the part of a record that people and handlers may see, at a time of the store's clock. Nothing that they do to it
 * changes the record.
 */
export function toKey(record: KeyRecord, now: Date): Key {
  const previousUntil = record.previousHash === null ? null : record.previousHashExpiresAt
  const hasPrevious = previousUntil !== null && !isPast(previousUntil, now)
  return freezeDeep({
    id: record.id,
    environment: record.environment,
    preview: record.preview,
    owner: record.owner,
    createdBy: record.createdBy,
    name: record.name,
    description: record.description,
    grants: record.grants,
    preset: record.preset,
    tags: record.tags,
    metadata: record.metadata,
    expiresAt: copyOf(record.expiresAt),
    ipAllowList: record.ipAllowList,
    rateLimits: record.rateLimits,
    budget: record.budget,
    binding: record.binding,
    createdAt: copyOf(record.createdAt),
    updatedAt: copyOf(record.updatedAt),
    disabledAt: copyOf(record.disabledAt),
    disabledBy: record.disabledBy,
    // A process of the version before leaves it where it was.
    disabledReason: record.status === 'disabled' ? record.disabledReason : null,
    locked: record.locked,
    revokedAt: copyOf(record.revokedAt),
    revokedReason: record.revokedReason,
    lastUsedAt: copyOf(record.lastUsedAt),
    status: statusOf(record, now),
    version: record.version,
    previousTokenExpiresAt: hasPrevious ? copyOf(previousUntil) : null,
    previousTokenLastUsedAt: hasPrevious ? copyOf(record.previousUsedAt ?? null) : null,
    revealable: record.sealed !== null,
  })
}

/** A date can be set: each view has its own. */
function copyOf<D extends Date | null>(date: D): D {
  return (date === null ? null : new Date(date)) as D // the same of both
}

function statusOf(record: KeyRecord, now: Date): KeyStatus {
  if (record.status === 'active') return isExpired(record, now) ? 'expired' : 'active'
  return record.status === 'disabled' || record.status === 'unknown' ? 'disabled' : 'revoked'
}
