import { InvalidInput } from '../errors/index.js'
import { isRecord, type JsonObject, type JsonValue, type Owner } from '../values/index.js'
import {
  lastYear,
  maxDescriptionLength,
  maxIdLength,
  maxMetadataLength,
  maxNameLength,
  maxReasonLength,
} from './bounds.js'

/** Control, line-breaking, bidirectional and invisible characters: people could not tell two names apart. */
export const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

// Joiners change the form of Persian and Indic letters, and make one family of several emoji. In scripts whose letters never
// join, they are invisible.
const unjoined = ['Latin', 'Greek', 'Cyrillic', 'Han', 'Hiragana', 'Katakana', 'Hangul']
  .map((script) => `\\p{Script=${script}}`)
  .join('')
const neighbour = String.raw`[\p{L}\p{M}\p{Emoji_Modifier}\p{Extended_Pictographic}]`
const joiner = new RegExp(
  `(?<![${unjoined}]\\p{M}*)(?<=${neighbour})[\\u200c\\u200d](?=${neighbour})(?![${unjoined}])`,
  'gu',
)

/** Tests for text that people read. Ids are not: no joiner may tell two of them apart. */
export function isPrintable(text: string): boolean {
  return !unprintable.test(text.replace(joiner, ''))
}

/** Returns a name of 1 to 100 printable characters, in NFC, without spaces around it. */
export function checkName(value: unknown): string {
  const name = typeof value === 'string' ? value.normalize('NFC').trim() : ''
  if (name.length < 1 || name.length > maxNameLength || !isPrintable(name)) {
    throw new InvalidInput('name', `a string of 1 to ${maxNameLength} printable characters`)
  }
  return name
}

/** Returns a description of at most 500 printable characters, or `null`. */
export function checkDescription(value: unknown): string | null {
  if (value === undefined || value === null) return null
  const text = typeof value === 'string' ? value.normalize('NFC') : null
  if (text === null || text.length > maxDescriptionLength || !isPrintable(text.replaceAll('\n', ' '))) {
    throw new InvalidInput('description', `a string of at most ${maxDescriptionLength} printable characters, or null`)
  }
  return text
}

/** Returns a checked copy of an owner. */
export function checkOwner(value: unknown): Owner {
  const { type, id, organizationId } = (typeof value === 'object' && value !== null ? value : {}) as Partial<
    Record<string, unknown>
  > // each part is checked below
  if (type === 'organization') return { type, id: checkId(id, 'owner.id') }
  if (type !== 'user') throw new InvalidInput('owner.type', "'user' or 'organization'")
  return { type, id: checkId(id, 'owner.id'), organizationId: checkId(organizationId, 'owner.organizationId') }
}

/**
 * Returns an id of the host: 1 to 255 printable characters, without spaces around it. NUL would make the context of a sealed text
 * ambiguous, and some databases treat `org` and `org ` as equal.
 */
export function checkId(value: unknown, field: string): string {
  if (
    typeof value !== 'string' ||
    value.length < 1 ||
    value.length > maxIdLength ||
    unprintable.test(value) ||
    value !== value.trim()
  ) {
    throw new InvalidInput(field, `a string of 1 to ${maxIdLength} printable characters, without spaces around them`)
  }
  return value
}

/** Returns a reason of at most 200 printable characters, or `null`. */
export function checkReason(value: unknown): string | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'string' || value.length > maxReasonLength || !isPrintable(value)) {
    throw new InvalidInput('reason', `a string of at most ${maxReasonLength} printable characters, or null`)
  }
  return value
}

/** Returns a copy of a date, or `null` for never. */
export function checkExpiry(value: unknown): Date | null {
  if (value === undefined || value === null) return null
  return checkInstant(value, 'expiresAt', 'a valid Date or null')
}

/** Returns a copy of a date from 1970 to 9999. */
export function checkInstant(value: unknown, field: string, expected = 'a valid Date'): Date {
  if (!(value instanceof Date) || !(value.getTime() >= 0) || value.getUTCFullYear() > lastYear) {
    throw new InvalidInput(field, expected)
  }
  return new Date(value)
}

/** Returns a copy of a JSON object with at most 16384 characters of JSON. */
export function checkMetadata(value: unknown): JsonObject {
  if (value === undefined) return {}
  const text = isJsonObject(value) ? JSON.stringify(value) : ''
  if (text === '' || text.length > maxMetadataLength)
    throw new InvalidInput('metadata', 'a JSON object of at most 16 KB')
  return JSON.parse(text) as JsonObject // the text of a JSON object
}

function isJsonObject(value: unknown): value is JsonObject {
  return isRecord(value) && isJson(value, 0)
}

/** A lone surrogate has no canonical form, so the audit log cannot store it. */
function isWellFormed(text: string): boolean {
  return !/\p{Cs}/u.test(text)
}

function isJson(value: unknown, depth: number): value is JsonValue {
  if (depth > 20) return false
  if (value === null || typeof value === 'boolean') return true
  if (typeof value === 'string') return isWellFormed(value)
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1))
  if (!isRecord(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return (
    (prototype === Object.prototype || prototype === null) &&
    Object.entries(value).every(([name, item]) => isWellFormed(name) && isJson(item, depth + 1))
  )
}
