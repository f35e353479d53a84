/**
 * Whether `text` can be what a token begins with: `tk`, `tk_live`, `my_co_test`. At most 40 lower-case letters and digits,
 * `_` between them, a letter first.
 */
export function isNamespace(text: string): boolean {
  return text.length <= 40 && /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(text)
}
