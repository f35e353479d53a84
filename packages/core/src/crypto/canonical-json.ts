import { InvalidInput } from '../errors/index.js'
import type { JsonObject, JsonValue } from '../values/index.js'

/**
 * Writes JSON in its one canonical form (RFC 8785): names sorted by UTF-16 code units, no space, numbers as ECMAScript has them.
 * A field that is `undefined` is left out, as `JSON.stringify` does.
 *
 * @throws {@link InvalidInput} for what has no such form: NaN, infinity, half a surrogate pair, anything that is not JSON.
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (typeof value === 'string') return canonicalText(value)
  if (isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`
  if (isPlainObject(value)) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined)
    fields.sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${fields.map(([name, field]) => `${canonicalText(name)}:${canonicalJson(field)}`).join(',')}}`
  }
  throw new InvalidInput('json', 'JSON with finite numbers')
}

function canonicalText(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new InvalidInput('json', 'text without halves of surrogate pairs')
  return JSON.stringify(text)
}

// Array.isArray does not narrow a readonly array.
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function isPlainObject(value: JsonValue): value is JsonObject {
  // A Date and the like would all read `{}`.
  return Object.prototype.toString.call(value) === '[object Object]'
}
