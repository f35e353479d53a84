import { isExpired, isPast } from '../store/index.js'
import type { Key, KeyRecord, KeyStatus } from '../values/index.js'

/** What people and handlers may see of a record, at an instant of the store's clock. */
export function toKey(record: KeyRecord, now: Date): Key {
  const previousUntil = record.previousHash === null ? null : record.previousHashExpiresAt
  // One literal, without spreads: each verification makes one.
  return Object.freeze({
    id: record.id,
    environment: record.environment,
    preview: record.preview,
    owner: record.owner,
    createdBy: record.createdBy,
    name: record.name,
    description: record.description,
    grants: record.grants,
    preset: record.preset,
    metadata: record.metadata,
    expiresAt: record.expiresAt,
    ipAllowList: record.ipAllowList,
    rateLimits: record.rateLimits,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    disabledAt: record.disabledAt,
    revokedAt: record.revokedAt,
    revokedReason: record.revokedReason,
    lastUsedAt: record.lastUsedAt,
    status: statusOf(record, now),
    previousTokenExpiresAt: previousUntil !== null && !isPast(previousUntil, now) ? previousUntil : null,
    revealable: record.sealed !== null,
  })
}

function statusOf(record: KeyRecord, now: Date): KeyStatus {
  if (record.status === 'active') return isExpired(record, now) ? 'expired' : 'active'
  return record.status === 'disabled' || record.status === 'unknown' ? 'disabled' : 'revoked'
}
