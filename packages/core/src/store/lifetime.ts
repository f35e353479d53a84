import type { KeyRecord, Owner } from '../values/index.js'

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

/** The length of the buckets that uses are counted in. */
export const hourMs = 3_600_000

/** The beginning of the hour that an instant lies in. */
export function hourOf(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / hourMs) * hourMs)
}

/** The first of the 24 hours that "the last 24 hours" are: this hour and the 23 before it. */
export function firstRecentHour(now: Date): Date {
  return new Date(hourOf(now).getTime() - 23 * hourMs)
}

/** Whether two owners are the same user of the same organisation, or the same organisation. */
export function isSameOwner(a: Owner, b: Owner): boolean {
  return a.type === b.type && a.id === b.id && organizationOf(a) === organizationOf(b)
}
