// Each pattern asks for one character that must not be there: nothing to go back over, so linear on any input.
const notTchar = /[^!#$%&'*+.^_`|~0-9A-Za-z-]/
const notB64tokenChar = /[^0-9A-Za-z._~+/-]/

/** Drops the spaces and tabs around a field value (RFC 9110 §5.5): those two characters only, so not `String.trim`. */
export function trimOws(value: string): string {
  let start = 0
  let end = value.length
  while (start < end && isOws(value[start])) start++
  while (end > start && isOws(value[end - 1])) end--
  return value.slice(start, end)
}

/** Tells whether `text` is a `token` of RFC 9110 §5.6.2, which is what a scheme must be. */
export function isHttpToken(text: string): boolean {
  return text !== '' && !notTchar.test(text)
}

/** Tells whether `text` is a `b64token` of RFC 6750 §2.1: letters, digits and `-._~+/`, then any number of `=`. */
export function isB64token(text: string): boolean {
  let end = text.length
  while (end > 0 && text[end - 1] === '=') end--
  return end > 0 && !notB64tokenChar.test(text.slice(0, end))
}

function isOws(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}
