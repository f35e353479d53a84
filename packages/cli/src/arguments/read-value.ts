import { isDay, usageFailure } from '../terminal/index.js'

/** Reads a date of an option or a variable: ISO 8601, a day alone being its beginning in UTC. @throws Failure */
export function readDate(value: string | undefined, option: string): Date | undefined {
  if (value === undefined) return undefined
  // Without a zone, it would be another time on each machine.
  const [, day] = /^(\d{4}-\d{2}-\d{2})(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/.exec(value) ?? []
  const date = day === undefined || !isDay(day) ? new Date(Number.NaN) : new Date(value)
  if (!Number.isNaN(date.getTime())) return date
  const named = /^[A-Z]/.test(option) ? option : `--${option}`
  throw usageFailure(`${named} must be a date such as 2027-01-31, or with a time and a zone 2027-01-31T12:00:00Z.`)
}

/** Reads a whole number of an option. What it may be is for the library to say. @throws Failure */
export function readWholeNumber(value: string | undefined, option: string): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,15}$/.test(value)) return Number(value)
  throw usageFailure(`--${option} must be a whole number.`)
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads a length of time of an option, such as `90d`, `12h` or `30m`, in milliseconds. @throws Failure */
export function readDurationMs(value: string | undefined, option: string): number | undefined {
  if (value === undefined) return undefined
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(value) ?? []
  if (count === undefined) throw usageFailure(`--${option} must be a length of time such as 30m, 12h or 90d.`)
  return Number(count) * (unitsMs[unit] ?? 0)
}
