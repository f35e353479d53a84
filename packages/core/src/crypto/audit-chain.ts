import { createHash, createHmac } from 'node:crypto'
import { InvalidInput } from '../errors/index.js'
import type { JsonValue } from '../values/index.js'
import { canonicalJson } from './canonical-json.js'

/** The hash before the first record of a chain. */
export const GENESIS: string = '0'.repeat(64)

/**
 * The hash of an audit record, which covers the record and, through `previous`, all before it (AUD-4).
 *
 * @param key - With it, nobody can recompute the chain who has the database alone (AUD-6).
 * @throws {@link InvalidInput} where `previous` is not 64 hexadecimal digits, or `event` has no canonical form.
 */
export function chainHash(previous: string, event: JsonValue, key?: Uint8Array): string {
  // Buffer stops in silence at the first digit it cannot read.
  if (!/^[0-9a-f]{64}$/.test(previous)) throw new InvalidInput('previous', '64 hexadecimal digits')
  const hash = key === undefined ? createHash('sha256') : createHmac('sha256', key)
  return hash.update('audit/v1\0').update(previous, 'hex').update(canonicalJson(event)).digest('hex')
}
