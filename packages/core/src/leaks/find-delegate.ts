import { readChildToken } from '../child-token/index.js'
import type { LeakedDelegate } from '../credential/index.js'
import { isInGrace, matchChild } from '../delegates/index.js'
import { StoreUnavailable } from '../errors/index.js'
import { type Found, isExpired, isPast, toKey, wrapStoreErrors } from '../store/index.js'
import type { Key } from '../values/index.js'
import type { LeakParts } from './parts.js'

/** A delegated token that somebody hands in, as it is now. */
export interface KnownDelegate {
  readonly key: Key
  /** `null`: it has ended, by itself or with the token that it was made with. */
  readonly live: LeakedDelegate | null
}

/**
 * Finds the key behind a delegated token, of any environment. Its MAC says whether it is one of ours: an id is public, and proves
 * nothing.
 *
 * @returns `null` for what is none, which is known without a read unless it looks like one.
 * @throws StoreUnavailable where it cannot be told; WrongPepper.
 */
export async function findDelegate(parts: LeakParts, token: string): Promise<KnownDelegate | null> {
  const { namespaces, foreign } = parts.format
  const read = readChildToken(token, [...namespaces, ...foreign])
  if (read?.ok !== true) return null
  const found = await wrapStoreErrors(parts.store.find(read.id))
  await parts.peppers.run()
  const match = matchChild(parts.delegates, found, read)
  if (match.outcome === 'mismatch' || found === null) return null
  if (match.outcome === 'misconfigured') {
    throw new StoreUnavailable({ cause: new Error(`The store gave another key than ${read.id}.`) })
  }
  const key = toKey(found.record, found.now)
  return { key, live: match.outcome === 'delegate' ? liveOf(found, match) : null }
}

function liveOf(
  { record, now }: Found,
  { id, of, claims }: Extract<ReturnType<typeof matchChild>, { outcome: 'delegate' }>,
): LeakedDelegate | null {
  const graceEnd = record.previousHashExpiresAt
  if (record.status !== 'active' || isExpired(record, now)) return null
  if (of === 'previous' && !isInGrace(graceEnd, now)) return null
  const ends = [claims.expiresAt, record.expiresAt, of === 'previous' ? graceEnd : null]
  const expiresAt = new Date(Math.min(...ends.flatMap((end) => (end === null ? [] : [end.getTime()]))))
  return isPast(expiresAt, now) ? null : { id, depth: claims.depth, expiresAt }
}
