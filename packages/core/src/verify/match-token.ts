import {
  type Hasher,
  type HashInput,
  type HashVerdict,
  type ImportSettings,
  lookupDigests,
  sameBytes,
} from '../crypto/index.js'
import { type Found, isPast } from '../store/index.js'
import { isPromise, type KeyRecord, type MaybePromise } from '../values/index.js'
import type { TokenMatch } from './examination.js'
import { currentDigest, importedId } from './find-key.js'
import type { VerifyParts } from './parts.js'

type MatchParts = Pick<VerifyParts, 'hasher' | 'imports'>

/**
 * Compares a token with a key's one or two hashes. Where no key was found, does the same work and answers the same.
 *
 * @param input - With the id that was looked up.
 */
export function matchToken(parts: MatchParts, found: Found | null, input: HashInput): MaybePromise<TokenMatch> {
  if (found === null || found.record.status === 'deleted') {
    const worked = parts.hasher.dummy(input)
    return isPromise(worked) ? Promise.resolve(worked).then(() => mismatch) : mismatch
  }
  // A store that gives another key than it was asked for is not to be trusted with either.
  if (input.id !== importedId && found.record.id !== input.id) return { outcome: 'misconfigured' }
  const verdict = compare(parts, found.record, input)
  return isPromise(verdict)
    ? Promise.resolve(verdict).then((value) => matchOf(parts, found, input.token, value))
    : matchOf(parts, found, input.token, verdict)
}

const mismatch: TokenMatch = /* @__PURE__ */ Object.freeze({ outcome: 'mismatch' })
const current: TokenMatch = /* @__PURE__ */ Object.freeze({ outcome: 'current', stale: false })

function matchOf(parts: MatchParts, { record, now }: Found, token: string, verdict: HashVerdict): TokenMatch {
  const inGrace = record.previousHashExpiresAt !== null && !isPast(record.previousHashExpiresAt, now)
  switch (verdict.outcome) {
    case 'match':
      if (verdict.index === 0) {
        // A digest under an old pepper would be out of reach once that pepper is gone.
        const stale = verdict.stale || currentDigest(parts, record, token) !== record.lookupDigest
        return stale ? { outcome: 'current', stale } : current
      }
      return { outcome: inGrace ? 'previous' : 'superseded' }
    case 'mismatch':
      return mismatch
    default:
      // What has no right to pass any more needs no pepper: one may be retired though keys were rotated under it.
      return { outcome: verdict.index === 1 && !inGrace ? 'mismatch' : 'misconfigured' }
  }
}

/** The hasher that reads, and renews, a stored hash: the slow one keeps to its own, since their secrets are weak. */
export function hasherOf({ hasher, imports }: MatchParts, stored: string): Hasher {
  const reads = ({ prefixes }: Hasher): boolean => prefixes.some((prefix) => stored.startsWith(prefix))
  const slow = imports?.slowHasher ?? null
  return slow !== null && reads(slow) && !reads(hasher) ? slow : hasher
}

function compare(parts: MatchParts, record: KeyRecord, input: HashInput): MaybePromise<HashVerdict> {
  const { imports, hasher } = parts
  const stored = record.previousHash === null ? [record.hash ?? ''] : [record.hash ?? '', record.previousHash]
  const own = input.id === record.id ? input : { id: record.id, token: input.token, network: input.network }
  return imports === null ? hasher.verify(stored, own) : compareImported({ hasher, imports }, stored, own)
}

/** Compares each hash of a key that may be imported by its own kind. */
async function compareImported(
  parts: MatchParts & { readonly imports: ImportSettings },
  stored: readonly string[],
  input: HashInput,
): Promise<HashVerdict> {
  const { imports, hasher } = parts
  const isForeign = (text: string) => text.startsWith('sha256:')
  if (stored.every((text) => !isForeign(text) && hasherOf(parts, text) === hasher)) return hasher.verify(stored, input)
  let otherwise: HashVerdict = { outcome: 'mismatch' }
  for (const [index, text] of stored.entries()) {
    const verdict = isForeign(text)
      ? compareForeign(text, input.token, imports.salt)
      : await hasherOf(parts, text).verify([text], input)
    if (verdict.outcome === 'match') return { ...verdict, index }
    if (verdict.outcome !== 'mismatch' && otherwise.outcome === 'mismatch') otherwise = { ...verdict, index }
  }
  // The hasher had no hash to read, as for an unknown id.
  if (stored.every((text) => isForeign(text) || hasherOf(parts, text) !== hasher)) await hasher.dummy(input)
  return otherwise
}

/** A hash that another product made: stale as it is, so that its first use replaces it. */
function compareForeign(stored: string, token: string, salt: string): HashVerdict {
  const matches = lookupDigests(token, salt).some((digest) => sameBytes(Buffer.from(digest), Buffer.from(stored)))
  return matches ? { outcome: 'match', index: 0, stale: true } : { outcome: 'mismatch' }
}
