import type { Actor, KeyRecord, Owner } from '../values/index.js'

/** Tests whether `now` is at or after `instant`. An invalid `instant` always counts as past. */
export function isPast(instant: Date, now: Date): boolean {
  return !(now.getTime() < instant.getTime())
}

/** Tests whether a key has expired. */
export function isExpired(record: Pick<KeyRecord, 'expiresAt'>, now: Date): boolean {
  return record.expiresAt !== null && isPast(record.expiresAt, now)
}

/** Tests whether a key counts towards the limit of a plan: active or disabled, and not expired. */
export function countsTowardsLimit(record: Pick<KeyRecord, 'status' | 'expiresAt'>, now: Date): boolean {
  return (record.status === 'active' || record.status === 'disabled') && !isExpired(record, now)
}

/** Returns the id of the organization that an owner belongs to, or is. */
export function organizationOf(owner: KeyRecord['owner']): string {
  return owner.type === 'user' ? owner.organizationId : owner.id
}

/** How long a store remembers the ids of requests: 24 hours, in milliseconds. */
export const requestMemoryMs = 86_400_000

/** The length of a usage bucket: one hour, in milliseconds. */
export const hourMs = 3_600_000

/** The length of a day in UTC, in milliseconds. */
export const dayMs = 86_400_000

/**
 * Where the uses of a whole day stand among those of hours, in milliseconds since 1970: in its last millisecond, where no hour begins.
 * So the latest row of a key is the one with its last use, also while an hour of that day is there as well.
 */
export function placeOfDay(hour: number): number {
  return Math.floor(hour / dayMs) * dayMs + dayMs - 1
}

/** How late the uses of an hour may be written: a week, in milliseconds. A process writes them within a day, or not at all. */
export const lateHoursMs = 7 * dayMs

/** Returns the beginning of the hour that contains `instant`. */
export function hourOf(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / hourMs) * hourMs)
}

/** Returns the beginning of "the last 24 hours": the current hour and the 23 before it. */
export function firstRecentHour(now: Date): Date {
  return new Date(hourOf(now).getTime() - 23 * hourMs)
}

/** Tests whether two owners are the same user of the same organization, or the same organization. */
export function isSameOwner(a: Owner, b: Owner): boolean {
  return a.type === b.type && a.id === b.id && organizationOf(a) === organizationOf(b)
}

/** Tests whether two actors are the same one, with whichever token they came. */
export function isSameActor(a: Actor, b: Actor): boolean {
  return a.type === b.type && a.id === b.id
}
