import { isExpired, isPast } from '../store/index.js'
import type { Key, KeyRecord, KeyStatus } from '../values/index.js'

/** What people and handlers may see of a record, at an instant of the store's clock. */
export function toKey(record: KeyRecord, now: Date): Key {
  const { id, environment, preview, owner, createdBy } = record
  const { name, description, grants, preset, metadata, expiresAt, ipAllowList, rateLimits } = record
  const { createdAt, updatedAt, disabledAt, revokedAt, revokedReason, lastUsedAt } = record
  const previousUntil = record.previousHash === null ? null : record.previousHashExpiresAt
  // Field by field: with spreads in it, this was half of the time that a verification takes.
  return Object.freeze({
    id,
    environment,
    preview,
    owner,
    createdBy,
    name,
    description,
    grants,
    preset,
    metadata,
    expiresAt,
    ipAllowList,
    rateLimits,
    createdAt,
    updatedAt,
    disabledAt,
    revokedAt,
    revokedReason,
    lastUsedAt,
    status: statusOf(record, now),
    previousTokenExpiresAt: previousUntil !== null && !isPast(previousUntil, now) ? previousUntil : null,
    revealable: record.sealed !== null,
  })
}

function statusOf(record: KeyRecord, now: Date): KeyStatus {
  if (record.status === 'active') return isExpired(record, now) ? 'expired' : 'active'
  return record.status === 'disabled' || record.status === 'unknown' ? 'disabled' : 'revoked'
}
