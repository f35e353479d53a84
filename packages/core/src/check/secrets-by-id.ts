import { InvalidOptions } from '../errors/index.js'
import { isRecord } from '../values/index.js'
import type { Invalid } from './whole-number.js'

/**
 * Checks and copies secrets of at least 32 bytes, by id. A string counts as its UTF-8 bytes.
 *
 * @param field - The option that holds them, such as `hasher.peppers`.
 * @throws {@link InvalidOptions}, or the class `Invalid`, when an id or a secret is malformed. No message contains a secret.
 */
export function parseSecrets(
  secrets: unknown,
  field: string,
  Invalid: Invalid = InvalidOptions,
): ReadonlyMap<string, Uint8Array> {
  if (!isRecord(secrets)) throw new Invalid(field, 'an object with a secret for each id')
  return new Map(
    Object.entries(secrets).map(([id, secret]) => {
      if (!isKeyId(id)) {
        // The message leaves out the id: if ids and secrets were swapped, it is the secret.
        const message = `Option ${field} must have ids of 1 to 16 letters, digits, . and -.`
        throw new Invalid(field, 'an object with ids of 1 to 16 letters, digits, . and -', message)
      }
      const bytes = typeof secret === 'string' ? Buffer.from(secret, 'utf8') : secret
      if (isSecret(bytes)) return [id, Uint8Array.from(bytes)]
      throw refusalOf(bytes, `${field}.${id}`, Invalid)
    }),
  )
}

const expected = 'a secret of at least 32 bytes, and not one repeated'
const howToMake = 'Make one with: openssl rand -base64 32'

/** Says what is wrong with a secret, and never a part of it. */
function refusalOf(bytes: unknown, field: string, Invalid: Invalid): Error {
  if (bytes === undefined || bytes === null || (bytes instanceof Uint8Array && bytes.length === 0)) {
    const message = `Option ${field} is missing: set it to a secret of at least 32 bytes. ${howToMake}`
    return new Invalid(field, expected, message)
  }
  if (bytes instanceof Uint8Array && bytes.length < 32) {
    const message = `Option ${field} is too short: it must have at least 32 bytes. ${howToMake}`
    return new Invalid(field, expected, message)
  }
  return new Invalid(field, expected)
}

/** Tests whether `text` can be the id of a secret key. */
export function isKeyId(text: string): boolean {
  return /^[a-zA-Z0-9.-]{1,16}$/.test(text)
}

/**
 * Tests for what may be a secret: at least 32 bytes, and not one byte over and over that a forgotten buffer (`0x00`, `0xff`) or a
 * placeholder (a printable character) holds.
 */
function isSecret(value: unknown): value is Uint8Array {
  if (!(value instanceof Uint8Array) || value.length < 32) return false
  const [first = 0] = value
  const isForgotten = first === 0 || first === 0xff || (first >= 0x20 && first < 0x7f)
  return !isForgotten || value.some((byte) => byte !== first)
}
