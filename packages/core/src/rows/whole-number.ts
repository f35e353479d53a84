/**
 * Reads a whole number from a column, or from a sum over one. By its options, a driver gives numbers, bigints or strings: with a
 * string, adding would join digits.
 *
 * @throws Error when the value is no whole number, or so great that adding one may not change it.
 */
export function wholeNumberOf(value: unknown, column: string): number {
  const number =
    typeof value === 'bigint' || (typeof value === 'string' && /^-?\d+$/.test(value)) ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  throw new Error(`The database holds no whole number in ${column}: the row is corrupt, or the driver changes numbers.`)
}

/** The same, where no row gives `null`. */
export function sumOf(value: unknown, column: string): number {
  return value === null || value === undefined ? 0 : wholeNumberOf(value, column)
}

/**
 * Reads an instant: milliseconds since 1970.
 *
 * @throws Error when the value is no whole number, or beyond what a `Date` can be.
 */
export function instantOf(value: unknown, column: string): Date {
  const date = new Date(wholeNumberOf(value, column))
  if (!Number.isNaN(date.getTime())) return date
  throw new Error(`The database holds no instant in ${column}: the row is corrupt.`)
}
