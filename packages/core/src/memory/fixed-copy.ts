/** Makes the class of dates that cannot be set. Freezing a `Date` does not keep it from being set. */
function fixedDateClass(): new (date: Date) => Date {
  class FixedDate extends Date {}
  const setters = Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set'))
  for (const name of setters) {
    Object.defineProperty(FixedDate.prototype, name, {
      value: () => {
        throw new TypeError('This date belongs to the store: copy it, new Date(date), to change it')
      },
    })
  }
  return FixedDate
}
const FixedDate = /* @__PURE__ */ fixedDateClass()

/** Copies plain data for many readers, none of whom can change it. */
export function fixedCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  // The casts hold because each branch returns a copy with the shape of its argument.
  if (value instanceof Date) return Object.freeze(new FixedDate(value)) as T
  if (Array.isArray(value)) return Object.freeze(value.map(fixedCopy)) as T
  const copy = { ...(value as Record<string, unknown>) } // lists and dates have returned already
  for (const key of Object.keys(copy)) copy[key] = fixedCopy(copy[key])
  return Object.freeze(copy) as T
}
