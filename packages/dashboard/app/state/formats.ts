/** Numbers and times as people of a language write them. */
export interface Formats {
  number(value: number): string
  /** "3 minutes ago", "in 5 days". */
  ago(at: string | Date): string
  /** To the second, with the zone. */
  exact(at: string | Date): string
  day(at: string | Date): string
  /** "Nov 27, 14:00". */
  hour(at: string | Date): string
  /** A day that is one in UTC: "Nov 27". */
  utcDay(at: string | Date): string
  /** Of a part of 1: "12 %". */
  percent(part: number): string
  list(words: readonly string[]): string
  /** A length of time, in the largest unit that divides it: "1 minute". */
  duration(ms: number): string
  /** The same, but no unit is larger than a day: "30 days". */
  days(ms: number): string
}

const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** @param lang - A language that {@link isTag} takes: `Intl` throws at others. */
export function formatsOf(lang: string): Formats {
  const number = new Intl.NumberFormat(lang)
  const words = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' })
  const relative = new Intl.RelativeTimeFormat(lang)
  const exact = new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeStyle: 'long' })
  const day = new Intl.DateTimeFormat(lang, { dateStyle: 'medium' })
  const hour = new Intl.DateTimeFormat(lang, { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' })
  const utcDay = new Intl.DateTimeFormat(lang, { month: 'short', day: 'numeric', timeZone: 'UTC' })
  const percent = new Intl.NumberFormat(lang, { style: 'percent' })
  const list = new Intl.ListFormat(lang, { type: 'conjunction' })
  return {
    hour: (at) => hour.format(new Date(at)),
    utcDay: (at) => utcDay.format(new Date(at)),
    percent: (part) => percent.format(part),
    number: (value) => number.format(value),
    ago: (at) => {
      const seconds = (new Date(at).getTime() - Date.now()) / 1_000
      const [unit, size] = units.find(([, of]) => Math.abs(seconds) >= of) ?? (['second', 1] as const)
      if (unit === 'second') return words.format(0, 'second')
      // "Yesterday" is the day before on the reader's calendar, and may be 46 hours ago.
      if (unit === 'day') return words.format(dayNumber(new Date(at)) - dayNumber(new Date()), unit)
      // Not "next month", which may be tomorrow.
      return relative.format(Math.trunc(seconds / size), unit)
    },
    exact: (at) => exact.format(new Date(at)),
    day: (at) => day.format(new Date(at)),
    list: (words) => list.format(words),
    duration: (ms) => lengthIn(lang, ms, units),
    days: (ms) => lengthIn(lang, ms, units.slice(2)),
  }
}

function lengthIn(lang: string, ms: number, among: readonly (readonly [unit: string, seconds: number])[]): string {
  const seconds = ms / 1_000
  const [unit, size] = among.find(([, of]) => seconds % of === 0) ?? (['second', 1] as const)
  return new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' }).format(seconds / size)
}

/** Counts the days of the reader's calendar, of which not each has 24 hours. */
function dayNumber(at: Date): number {
  return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) / 86_400_000
}

/** A host may write `en_US`, which is no tag of a language. */
export function isTag(lang: string): boolean {
  try {
    return Intl.getCanonicalLocales(lang).length > 0
  } catch {
    return false
  }
}
