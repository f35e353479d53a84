import type { KeyRecord } from '../values/index.js'

/** Whether an instant has come: at the instant itself it has, and an unreadable one always has (CONS-10). */
export function isPast(instant: Date, now: Date): boolean {
  return !(now.getTime() < instant.getTime())
}

/** Whether a key's time is over. */
export function isExpired(record: Pick<KeyRecord, 'expiresAt'>, now: Date): boolean {
  return record.expiresAt !== null && isPast(record.expiresAt, now)
}

/** Whether a key uses one of the plan's places (LIM-1). */
export function countsTowardsLimit(record: Pick<KeyRecord, 'status' | 'expiresAt'>, now: Date): boolean {
  return (record.status === 'active' || record.status === 'disabled') && !isExpired(record, now)
}

/** The organisation whose keys, chain and plan this owner's key belongs to. */
export function organizationOf(owner: KeyRecord['owner']): string {
  return owner.type === 'user' ? owner.organizationId : owner.id
}
