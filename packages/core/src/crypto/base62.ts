/** The digits in the order of their values, which is also their order in ASCII. */
export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Writes a 32-bit unsigned integer as six digits. */
export function encodeBase62(value: number): string {
  let digits = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) digits = BASE62.charAt(rest % 62) + digits
  return digits.padStart(6, '0')
}

/** Tests whether a string has only base62 digits, from one place to another. */
export function isBase62(text: string, from = 0, to = text.length): boolean {
  for (let index = from; index < to; index += 1) if (valueAt(text, index) === -1) return false
  return true
}

/** Reads base62 digits from one place to another, up to eight of them. */
export function decodeBase62(text: string, from: number, to: number): number {
  let value = 0
  for (let index = from; index < to; index += 1) value = value * 62 + valueAt(text, index)
  return value
}

// By ASCII code, so that a digit costs one look.
const values: Int8Array = /* @__PURE__ */ Int8Array.from({ length: 128 }, (_, code) =>
  BASE62.indexOf(String.fromCharCode(code)),
)

function valueAt(text: string, index: number): number {
  return values[text.charCodeAt(index)] ?? -1
}
