import { createHmac, type KeyObject } from 'node:crypto'
import { sameBytes } from '../crypto/index.js'
import type { KeyRecord } from '../values/index.js'
import { encodeBytes } from './base62-bytes.js'
import type { ChildMarks, ChildParts } from './child-types.js'

/** What the keys of these MACs are derived from peppers for: no other use of a pepper gives the same key. */
export const childKeyPurpose = 'keywright delegate/v1'

const macLabel = 'delegate-token/v1\0'
const markLabel = 'delegate-mark/v1\0'
const markBytes = 8

/** The MAC of a delegated token: it covers every character before it, so also namespace, key and environment. */
export function childMac(key: KeyObject, signed: string): string {
  return encodeBytes(createHmac('sha256', key).update(`${macLabel}${signed}`).digest())
}

/** The key under which the MAC of a token is right, among all that are known; `null`: under none. */
export function findSigner(keys: readonly KeyObject[], { signed, mac }: ChildParts): KeyObject | null {
  return keys.find((key) => sameBytes(Buffer.from(childMac(key, signed)), Buffer.from(mac))) ?? null
}

/** The hashes of a key's tokens. */
type Hashes = Pick<KeyRecord, 'id' | 'hash' | 'previousHash'>

/** The marks of a token of a key: of the current one, or of the one before the last rotation, of which no epoch is known any more. */
export function marksOf(key: KeyObject, record: Hashes, token: 'current' | 'previous'): ChildMarks {
  const own = token === 'current' ? record.hash : record.previousHash
  return { epoch: token === 'current' ? epochOf(key, record) : '', own: mark(key, 'own', record.id, own) }
}

/**
 * Which token of a key has these marks now: while no rotation came since, the current one. A hash that was made anew meanwhile, under
 * another pepper, changes nothing. `null`: a token that was replaced twice.
 */
export function tokenOf(key: KeyObject, record: Hashes, { epoch, own }: ChildMarks): 'current' | 'previous' | null {
  if (epoch === epochOf(key, record)) return 'current'
  return record.previousHash !== null && own === mark(key, 'own', record.id, record.previousHash) ? 'previous' : null
}

/** Only a rotation writes the hash before: it stands for the time since the last one. */
function epochOf(key: KeyObject, { id, previousHash }: Hashes): string {
  return mark(key, 'epoch', id, previousHash)
}

function mark(key: KeyObject, kind: 'epoch' | 'own', id: string, hash: string | null): string {
  const digest = createHmac('sha256', key)
    .update(`${markLabel}${kind}\0${id}\0${hash ?? ''}`)
    .digest()
  return encodeBytes(digest.subarray(0, markBytes))
}
