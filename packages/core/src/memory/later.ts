/** Returns the later of two dates. `null` is earlier than any date. */
export function later(a: Date | null, b: Date): Date {
  return a === null || a < b ? b : a
}
