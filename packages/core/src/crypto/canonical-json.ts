import { InvalidInput } from '../errors/index.js'
import type { JsonObject, JsonValue } from '../values/index.js'

/**
 * Writes canonical JSON (RFC 8785): names sorted by UTF-16 code units, no spaces, numbers as ECMAScript writes them. Like
 * `JSON.stringify`, it leaves out fields that are `undefined`.
 *
 * @throws {@link InvalidInput} when the value has no canonical form: NaN, infinity, a lone surrogate, or a value that is not JSON.
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
  if (/\p{Surrogate}/u.test(text))
    throw new InvalidInput('json', 'free of lone surrogates', 'The JSON must not contain a lone surrogate.')
  return JSON.stringify(text)
}

// Array.isArray does not narrow a readonly array.
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function isPlainObject(value: JsonValue): value is JsonObject {
  // A Date, a Map and others would be written as `{}`.
  return Object.prototype.toString.call(value) === '[object Object]'
}
