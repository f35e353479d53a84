import { createHash, createHmac } from 'node:crypto'
import { InvalidInput } from '../errors/index.js'
import type { JsonValue } from '../values/index.js'
import { canonicalJson } from './canonical-json.js'

/** The `previous` hash of the first record of a chain. */
export const GENESIS: string = '0'.repeat(64)

/**
 * Returns the hash of an audit record. It covers the record and, through `previous`, all earlier records.
 *
 * @param key - With a key, access to the database is not enough to recompute the chain. @defaultValue none: plain SHA-256
 * @throws {@link InvalidInput} when `previous` is not 64 hexadecimal digits, or `event` has no canonical form.
 */
export function chainHash(previous: string, event: JsonValue, key?: Uint8Array): string {
  // Buffer stops without an error at the first character that is not a digit.
  if (!/^[0-9a-f]{64}$/.test(previous)) throw new InvalidInput('previous', '64 hexadecimal digits')
  const hash = key === undefined ? createHash('sha256') : createHmac('sha256', key)
  return hash.update('audit/v1\0').update(previous, 'hex').update(canonicalJson(event)).digest('hex')
}
