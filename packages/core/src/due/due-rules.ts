import type { NoticeContent, NoticeKind, StoredNotice } from '../notices/index.js'
import { dayMs, isExpired } from '../store/index.js'
import type { KeyRecord } from '../values/index.js'
import type { NoticeSettings } from './notices-options.js'

/** A rule for keys that are looked for together: those to which the same days apply now. */
export interface NoticeRule {
  readonly kind: NoticeKind
  readonly days: number
  /** See `NoticeQuery`. */
  readonly after: Date | null
  readonly until: Date
}

/** The rules of the settings at this instant. Of keys that expire, each falls to the fewest days that it is within. */
export function rulesAt({ expiringDays, unusedDays }: NoticeSettings, now: Date): readonly NoticeRule[] {
  const inDays = (days: number) => new Date(now.getTime() + days * dayMs)
  const expiring = expiringDays.map((days, at): NoticeRule => {
    return { kind: 'expiring', days, after: inDays(expiringDays[at - 1] ?? 0), until: inDays(days) }
  })
  if (unusedDays === null) return expiring
  return [...expiring, { kind: 'unused', days: unusedDays, after: null, until: inDays(-unusedDays) }]
}

/** What is to be told of a key now, under the store's lock; `null`: nothing. */
export function decideNotice(
  settings: NoticeSettings,
  kind: NoticeKind,
  record: KeyRecord,
  last: StoredNotice | null,
  now: Date,
): NoticeContent | null {
  // A key that cannot be read is refused: nobody has to be told of its end.
  if (record.status !== 'active' || record.damaged.length > 0 || isExpired(record, now)) return null
  return kind === 'expiring'
    ? decideExpiring(settings.expiringDays, record, last, now)
    : decideUnused(settings.unusedDays, record, last, now)
}

function decideExpiring(
  expiringDays: readonly number[],
  { expiresAt, createdAt }: KeyRecord,
  last: StoredNotice | null,
  now: Date,
): NoticeContent | null {
  if (expiresAt === null) return null
  const end = expiresAt.getTime()
  const days = expiringDays.find((one) => end - now.getTime() <= one * dayMs)
  // Whoever made a key for a week knows that it ends within a month.
  if (days === undefined || end - createdAt.getTime() <= days * dayMs) return null
  const isTold = last !== null && last.about?.getTime() === end && last.days <= days
  return isTold ? null : { about: expiresAt, days }
}

function decideUnused(
  unusedDays: number | null,
  { lastUsedAt, updatedAt }: KeyRecord,
  last: StoredNotice | null,
  now: Date,
): NoticeContent | null {
  if (unusedDays === null) return null
  const since = Math.max(lastUsedAt?.getTime() ?? 0, updatedAt.getTime())
  if (now.getTime() - since < unusedDays * dayMs) return null
  const isTold = last !== null && last.about?.getTime() === lastUsedAt?.getTime()
  return isTold ? null : { about: lastUsedAt, days: unusedDays }
}
