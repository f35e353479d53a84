/** The digits in the order of their values, which is also their order in ASCII. */
export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Writes a 32-bit unsigned integer in six digits. */
export function encodeBase62(value: number): string {
  let digits = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) digits = BASE62.charAt(rest % 62) + digits
  return digits.padStart(6, '0')
}

/** Whether text has base62 digits only. */
export function isBase62(text: string): boolean {
  return /^[0-9A-Za-z]*$/.test(text)
}
