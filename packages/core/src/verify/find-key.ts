import { type Credential, lookupDigests } from '../crypto/index.js'
import type { Found } from '../store/index.js'
import type { KeyRecord, MaybePromise } from '../values/index.js'
import type { VerifyParts } from './parts.js'

/** The id that stands for an imported token until its key is found. */
export const importedId = 'imported'

/** Finds the key of a credential: by its id, or, for one that was imported, by its digest. */
export function findKey(parts: VerifyParts, { id, token }: Credential): MaybePromise<Found | null> {
  return id === null ? parts.reader.findByLookupDigest(digestsOf(token, parts)) : parts.reader.find(id)
}

/** The digests under which an imported token may be kept; the first is the one to keep it under from now on. */
export function digestsOf(
  token: string,
  { hasher, imports }: Pick<VerifyParts, 'hasher' | 'imports'>,
): readonly string[] {
  const peppered = hasher.hashes?.({ id: importedId, token }) ?? []
  return [...peppered, ...lookupDigests(token, imports?.salt)]
}

/** The digest under which to keep the key that a token was found for; `null`: none is needed. */
export function currentDigest(
  parts: Pick<VerifyParts, 'hasher' | 'imports'>,
  { lookupDigest }: KeyRecord,
  token: string,
): string | null {
  if (lookupDigest === null) return null
  const digests = digestsOf(token, parts)
  // After a rotation, the digest is that of the token before, which is not the one at hand.
  return digests.includes(lookupDigest) ? (digests[0] ?? lookupDigest) : lookupDigest
}
