// Each pattern searches for one illegal character. It cannot backtrack, so it takes linear time on any input.
const notTchar = /[^!#$%&'*+.^_`|~0-9A-Za-z-]/
const notB64tokenChar = /[^0-9A-Za-z._~+/-]/

/** Removes the spaces and tabs around a field value (RFC 9110 §5.5). `String.trim` would remove more characters. */
export function trimOws(value: string): string {
  let start = 0
  let end = value.length
  while (start < end && isOws(value[start])) start++
  while (end > start && isOws(value[end - 1])) end--
  return value.slice(start, end)
}

/** Tests whether `text` is a `token` of RFC 9110 §5.6.2, as an authentication scheme must be. */
export function isHttpToken(text: string): boolean {
  return text !== '' && !notTchar.test(text)
}

/** Tests whether `text` is a `b64token` of RFC 6750 §2.1: letters, digits and `-._~+/`, then any number of `=`. */
export function isB64token(text: string): boolean {
  let end = text.length
  while (end > 0 && text[end - 1] === '=') end--
  return end > 0 && !notB64tokenChar.test(text.slice(0, end))
}

function isOws(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}

/**
 * Returns the values of one header field: one for each line, in their order, without the spaces around them.
 *
 * @param name - The name of the field, in lower case.
 */
export function fieldValues(fields: readonly (readonly [name: string, value: string])[], name: string): string[] {
  const values: string[] = []
  for (const [field, value] of fields) {
    if (field.length === name.length && field.toLowerCase() === name) values.push(trimOws(value))
  }
  return values
}

/** Returns the entries of a list field in their order: some senders add to the last line, others add a line. */
export function fieldEntries(fields: readonly (readonly [name: string, value: string])[], name: string): string[] {
  return fieldValues(fields, name)
    .flatMap((value) => value.split(','))
    .map(trimOws)
}

/** Tests whether proxies write a field with this name to say whom they forward a request for. */
export function isForwardingField(name: string): boolean {
  return /^(?:x-forwarded-|(?:forwarded|via|x-real-ip)$)/i.test(name)
}
