/** The day of today where the reader is, as fields of dates write it: `2030-01-31`. */
export function today(): string {
  const now = new Date()
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}

/** When a day of a field begins where the reader is; `null`: the field has no day. */
export function dayStart(day: string): Date | null {
  const at = new Date(`${day}T00:00`)
  return Number.isNaN(at.getTime()) ? null : at
}

/** When the day after begins. */
export function dayEnd(day: string): Date | null {
  const at = dayStart(day)
  // A day has not always 24 hours.
  at?.setDate(at.getDate() + 1)
  return at
}
