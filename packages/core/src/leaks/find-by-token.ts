import { type HashInput, recognizeToken } from '../crypto/index.js'
import { StoreUnavailable } from '../errors/index.js'
import { type Found, wrapStoreErrors } from '../store/index.js'
import { digestsOf, importedId, matchToken } from '../verify/index.js'
import type { LeakParts } from './parts.js'

/** Which of its tokens a key was found by: the one before the last rotation may still be in grace, or be superseded. */
export type KnownToken = 'current' | 'previous' | 'superseded'

/** What to look for: a token in one of the forms that this keyring knows, and under which id to look it up. */
export interface Sought {
  /** `null`: by its digest, as an imported token. */
  readonly id: string | null
  readonly token: string
}

/**
 * Reads a token that somebody hands in, of any environment of the keyring. `null`: no key can have it, which is known without a read.
 */
export function soughtToken({ format }: Pick<LeakParts, 'format'>, token: string): Sought | null {
  const read = recognizeToken(token, { ...format, namespaces: [...format.namespaces, ...format.foreign], foreign: [] })
  return read.ok ? { id: read.id, token } : null
}

/**
 * Finds the key of a token whatever its status: by its hash, as a verification does, and with the same work for an unknown id as for
 * a wrong secret. Reads the store and no cache.
 *
 * @returns the key as it was read, and which of its tokens this is; `match: null` if it has another secret.
 * @throws StoreUnavailable where it cannot be told; WrongPepper.
 */
export async function findByToken(
  parts: LeakParts,
  sought: Sought,
  ip: string | null,
): Promise<{ readonly found: Found | null; readonly match: KnownToken | null }> {
  const { id, token } = sought
  const reading = id === null ? parts.store.findByLookupDigest(digestsOf(token, parts)) : parts.store.find(id)
  const found = await wrapStoreErrors(reading)
  await parts.peppers.run()
  return { found, match: await tokenOf(parts, found, { id: id ?? importedId, token, network: ip }) }
}

/**
 * Which of a key's tokens a text is; `null`: none of them.
 *
 * @throws StoreUnavailable where the stored hash cannot be used: nobody may take that for "none".
 */
export async function tokenOf(parts: LeakParts, found: Found | null, input: HashInput): Promise<KnownToken | null> {
  const { outcome } = await matchToken(parts, found, input)
  if (outcome === 'mismatch') return null
  if (outcome !== 'misconfigured') return outcome
  const cause = new Error(`The stored hash of key ${found?.record.id} cannot be used.`)
  throw new StoreUnavailable({ cause })
}
