/**
 * Tests whether `text` can be the namespace of a token, such as `tk`, `tk_live` or `my_co_test`: at most 40 lower-case letters,
 * digits and single `_` between them. The first character is a letter.
 */
export function isNamespace(text: string): boolean {
  return text.length <= 40 && /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(text)
}
