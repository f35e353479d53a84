import type { BudgetRefill } from '../values/index.js'

/** A day or a month of a calendar, as instants: from `startsAt` on, and before `endsAt`. */
export interface Period {
  readonly startsAt: number
  readonly endsAt: number
}

const hourMs = 3_600_000
/** Further from the same text in UTC than the clock of any time zone, also where one has left out a whole day. */
const widestMs = 26 * hourMs
/** As many time zones as there are names, and some. */
const mostKept = 1_000

const formats = new Map<string, Intl.DateTimeFormat>()
/** The period that was asked for last, by what it is one of: most requests fall into the same one. */
const latest = new Map<string, Period>()

/** Tests for the name of a time zone that this runtime knows. */
export function isTimeZone(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 64) return false
  try {
    formatOf(value)
    return true
  } catch {
    return false
  }
}

/**
 * Gives the day or the month in which an instant is. It begins at 00:00 in its time zone; where clocks leave that out, with the first
 * instant after the gap; where they show it twice, with one of the two, always the same.
 *
 * @throws RangeError for a time zone that this runtime does not know.
 */
export function periodAt({ every, timeZone }: BudgetRefill, at: number): Period {
  const id = `${every} ${timeZone}`
  const kept = latest.get(id)
  if (kept !== undefined && kept.startsAt <= at && at < kept.endsAt) return kept
  const found = findPeriod(every, formatOf(timeZone), at)
  if (latest.size >= mostKept) latest.clear()
  latest.set(id, found)
  return found
}

function findPeriod(every: BudgetRefill['every'], format: Intl.DateTimeFormat, at: number): Period {
  const date = new Date(dateOf(format, at))
  if (every === 'month') date.setUTCDate(1)
  let startsAt = startOf(format, date.getTime())
  for (;;) {
    if (every === 'month') date.setUTCMonth(date.getUTCMonth() + 1)
    else date.setUTCDate(date.getUTCDate() + 1)
    const endsAt = startOf(format, date.getTime())
    // Clocks that are set back over midnight show the day before once more: it is over all the same.
    if (at < endsAt) return { startsAt, endsAt }
    startsAt = endsAt
  }
}

/** The first instant at which a calendar shows a date, or a later one. */
function startOf(format: Intl.DateTimeFormat, date: number): number {
  let before = date - widestMs
  let after = date + widestMs
  while (after - before > 1) {
    const between = Math.floor((before + after) / 2)
    if (dateOf(format, between) < date) before = between
    else after = between
  }
  return after
}

/** The date that a calendar shows, as its midnight in UTC: such dates can be compared and counted. */
function dateOf(format: Intl.DateTimeFormat, at: number): number {
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  return Date.UTC(parts.get('year') ?? Number.NaN, (parts.get('month') ?? Number.NaN) - 1, parts.get('day'))
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const kept = formats.get(timeZone)
  if (kept !== undefined) return kept
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  })
  if (formats.size >= mostKept) formats.clear()
  formats.set(timeZone, format)
  return format
}
