import { type Hasher, type HashVerdict, lookupDigests, sameBytes } from '../crypto/index.js'
import { type Found, isPast } from '../store/index.js'
import type { KeyRecord } from '../values/index.js'
import { currentDigest, importedId } from './find-key.js'
import type { Settings } from './options.js'

/** What a presented token is to the key that was found for it. */
export type TokenMatch =
  | { readonly outcome: 'current'; readonly stale: boolean }
  /** The token before the last rotation, in its time of grace. */
  | { readonly outcome: 'previous' }
  /** The token before the last rotation, too late. */
  | { readonly outcome: 'superseded' }
  | { readonly outcome: 'mismatch' | 'misconfigured' }

/**
 * Compares a token with a key's one or two hashes. Where no key was found, does the same work and answers the same
 * (HASH-7).
 */
export async function matchToken(
  settings: Settings,
  found: Found | null,
  token: string,
  id: string,
): Promise<TokenMatch> {
  if (found === null || found.record.status === 'deleted') {
    await settings.hasher.dummy({ id, token })
    return { outcome: 'mismatch' }
  }
  const { record, now } = found
  // A store that gives another key than it was asked for is not to be trusted with either.
  if (id !== importedId && record.id !== id) return { outcome: 'misconfigured' }
  const verdict = await compare(settings, record, token)
  const inGrace = record.previousHashExpiresAt !== null && !isPast(record.previousHashExpiresAt, now)
  switch (verdict.outcome) {
    case 'match':
      if (verdict.index === 0) {
        // A digest under an old pepper would be out of reach once that pepper is gone.
        const stale = verdict.stale || currentDigest(settings, record, token) !== record.lookupDigest
        return { outcome: 'current', stale }
      }
      return { outcome: inGrace ? 'previous' : 'superseded' }
    case 'mismatch':
      return { outcome: 'mismatch' }
    default:
      // What has no right to pass any more needs no pepper: one may be retired though keys were rotated under it (HASH-5).
      return { outcome: verdict.index === 1 && !inGrace ? 'mismatch' : 'misconfigured' }
  }
}

/** The hasher that reads, and renews, a stored hash: the slow one keeps to its own, since their secrets are weak (HASH-10). */
export function hasherOf({ hasher, imports }: Settings, stored: string): Hasher {
  const slow = imports?.slowHasher ?? null
  return slow?.prefixes.some((prefix) => stored.startsWith(prefix)) ? slow : hasher
}

async function compare(settings: Settings, record: KeyRecord, token: string): Promise<HashVerdict> {
  const input = { id: record.id, token }
  const stored = [record.hash ?? '', ...(record.previousHash === null ? [] : [record.previousHash])]
  const { imports, hasher } = settings
  const isForeign = (text: string) => text.startsWith('sha256:')
  if (imports === null || stored.every((text) => !isForeign(text) && hasherOf(settings, text) === hasher)) {
    return hasher.verify(stored, input)
  }
  // An imported key, before or after its rotation: each hash by its own kind.
  let otherwise: HashVerdict = { outcome: 'mismatch' }
  for (const [index, text] of stored.entries()) {
    const verdict = isForeign(text)
      ? compareForeign(text, token, imports.salt)
      : await hasherOf(settings, text).verify([text], input)
    if (verdict.outcome === 'match') return { ...verdict, index }
    if (verdict.outcome !== 'mismatch' && otherwise.outcome === 'mismatch') otherwise = { ...verdict, index }
  }
  return otherwise
}

/** A hash that another product made: stale as it is, so that its first use replaces it. */
function compareForeign(stored: string, token: string, salt: string): HashVerdict {
  const matches = lookupDigests(token, { salt }).some((digest) => sameBytes(Buffer.from(digest), Buffer.from(stored)))
  return matches ? { outcome: 'match', index: 0, stale: true } : { outcome: 'mismatch' }
}
