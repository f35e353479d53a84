import { lookupDigests, parseToken } from '../crypto/index.js'
import type { Found } from '../store/index.js'
import type { KeyRecord } from '../values/index.js'
import type { Settings } from './options.js'
import type { Refusal } from './verdict.js'

/** Where to look for the key of a presented token. */
export type Sought =
  | { readonly ok: true; readonly id: string; find(): Promise<Found | null> }
  | { readonly ok: false; readonly refusal: Refusal }

/** The id that stands for an imported token until its key is found. */
export const importedId = 'imported'

/**
 * Reads a token, and tells where its key would be: by its id, or, for one that was imported, by its digest (TOK-15). What
 * cannot be one of ours is refused without a look at the store (TOK-6).
 */
export function seek({ format, store, reader, imports, hasher }: Settings, token: unknown): Sought {
  if (typeof token !== 'string' || token === '') return { ok: false, refusal: { code: 'api_key_missing' } }
  const parsed = parseToken(token, format)
  if (parsed.ok) return { ok: true, id: parsed.id, find: () => reader.find(parsed.id) }

  const isForeign = parsed.reason === 'prefix' && !format.foreign.some((namespace) => token.startsWith(`${namespace}_`))
  if (imports === null || !isForeign) {
    return { ok: false, refusal: { code: 'api_key_invalid', reason: parsed.reason, keyId: null } }
  }
  const digests = digestsOf(token, { hasher, imports })
  return { ok: true, id: importedId, find: () => store.findByLookupDigest(digests) }
}

/** The digests under which an imported token may be kept; the first is the one to keep it under from now on. */
export function digestsOf(token: string, { hasher, imports }: Pick<Settings, 'hasher' | 'imports'>): readonly string[] {
  const peppered = hasher.hashes?.({ id: importedId, token }) ?? []
  return [...peppered, ...lookupDigests(token, { salt: imports?.salt ?? '' })]
}

/** The digest under which to keep the key that a token was found for; `null`: none is needed. */
export function currentDigest(settings: Settings, { lookupDigest }: KeyRecord, token: string): string | null {
  if (lookupDigest === null) return null
  const digests = digestsOf(token, settings)
  // After a rotation, the digest is that of the token before, which is not the one at hand.
  return digests.includes(lookupDigest) ? (digests[0] ?? lookupDigest) : lookupDigest
}
