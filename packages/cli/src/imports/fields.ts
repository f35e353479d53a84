import { isDay, usageFailure } from '../terminal/index.js'

/** A row of a table or an object of a list, as it was read: texts of CSV, values of JSON. */
export type Row = Readonly<Record<string, unknown>>

/** The fields of a row, by the names that exports give them. A field that is missing, empty or `null` is `null`. */
export interface Fields {
  text(...names: readonly string[]): string | null
  date(...names: readonly string[]): Date | null
  flag(...names: readonly string[]): boolean | null
  number(...names: readonly string[]): number | null
  /** Words. */
  list(...names: readonly string[]): readonly string[] | null
  /** Texts that may have spaces within them. */
  texts(...names: readonly string[]): readonly string[] | null
  object(...names: readonly string[]): Row | null
}

/** Reads fields whether the row is of CSV or of JSON. Its errors name the field, and hold no value. */
export function fieldsOf(row: Row): Fields {
  const find = (names: readonly string[]): readonly [string, unknown] | null => {
    const name = names.find(
      (one) => Object.hasOwn(row, one) && row[one] !== null && row[one] !== undefined && row[one] !== '',
    )
    return name === undefined ? null : [name, row[name]]
  }
  const read =
    <T>(expected: string, parse: (value: unknown) => T | undefined) =>
    (...names: readonly string[]): T | null => {
      const found = find(names)
      if (found === null) return null
      const value = parse(found[1])
      if (value === undefined) throw usageFailure(`Field ${found[0]} must be ${expected}.`)
      return value
    }
  return {
    text: read('a text', (value) =>
      typeof value === 'string' || typeof value === 'number' ? String(value) : undefined,
    ),
    date: read('a date: ISO 8601, or milliseconds or seconds since 1970', parseDate),
    flag: read('true or false', parseFlag),
    number: read('a number', (value) => (Number.isFinite(Number(value)) ? Number(value) : undefined)),
    list: read('a list of texts', (value) => parseList(value, /[\s,]+/)),
    texts: read('a list of texts', (value) => parseList(value, /\s*,\s*/)),
    object: read('a JSON object', (value) => (isObject(parseJson(value)) ? (parseJson(value) as Row) : undefined)), // as was just asked
  }
}

/** Seconds since 1970 stay below this until the year 5138; milliseconds have been above it since 1973. */
const firstMs = 100_000_000_000

function parseDate(value: unknown): Date | undefined {
  const date =
    typeof value === 'number' || /^\d+$/.test(String(value)) ? ofNumber(Number(value)) : ofText(String(value))
  return Number.isNaN(date.getTime()) ? undefined : date
}

function ofNumber(value: number): Date {
  return new Date(value < firstMs ? value * 1_000 : value)
}

/** Databases write a space for the T, and leave out minutes of the zone or all of it: they mean UTC. */
function ofText(text: string): Date {
  const [, day, time = '00:00', zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ]([\d:.]+))? ?(Z|[+-]\d{2}(?::?\d{2})?)?$/.exec(text) ?? []
  if (day === undefined || !isDay(day)) return new Date(Number.NaN)
  return new Date(`${day}T${time}${/^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone}`)
}

function parseFlag(value: unknown): boolean | undefined {
  const text = String(value).toLowerCase()
  if (['true', 't', '1', 'yes'].includes(text)) return true
  return ['false', 'f', '0', 'no'].includes(text) ? false : undefined
}

/** JSON, or texts with what is `between` them. */
function parseList(value: unknown, between: RegExp): readonly string[] | undefined {
  const list = parseJson(value)
  if (Array.isArray(list)) return list.every((one) => typeof one === 'string') ? list : undefined
  return typeof value === 'string' ? value.split(between).filter((word) => word !== '') : undefined
}

function parseJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
