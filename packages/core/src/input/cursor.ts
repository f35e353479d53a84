import { type Hasher, sha256 } from '../crypto/index.js'
import { InvalidInput } from '../errors/index.js'

/** The list that a cursor belongs to. A cursor of another list is refused. */
export type CursorKind = 'keys' | 'audit'

/** The parts of the keyring that sign cursors. */
export interface CursorParts {
  readonly hasher: Hasher
}

const signatureLength = 22
/** A place may hold the whole name of a key. */
const maxCursorLength = 1_024

/**
 * Creates an opaque cursor for the place where the next page begins. It is signed with the keyring's pepper, so that clients
 * cannot forge one. Every process with that pepper accepts it.
 */
export function writeCursor(parts: CursorParts, kind: CursorKind, place: string): string {
  const [signature = ''] = signaturesOf(parts, kind, place)
  return Buffer.from(`${place}~${signature}`).toString('base64url')
}

/**
 * Returns the place in a cursor from {@link writeCursor}.
 *
 * @throws {@link InvalidInput} when the cursor does not come from this list, or its signature is wrong.
 */
export function parseCursor(parts: CursorParts, kind: CursorKind, cursor: unknown): string {
  const text =
    typeof cursor === 'string' && cursor.length <= maxCursorLength ? Buffer.from(cursor, 'base64url').toString() : ''
  const at = text.lastIndexOf('~')
  const [place, signature] = [text.slice(0, at), text.slice(at + 1)]
  const isWhole = at > 0 && Buffer.from(text).toString('base64url') === cursor
  // Any known pepper may have signed it: the current pepper may have changed since the last page.
  if (isWhole && signaturesOf(parts, kind, place).includes(signature)) return place
  throw new InvalidInput('cursor', 'the nextCursor of an earlier page of this list')
}

/**
 * Only a pepper signs: anyone can compute plain SHA-256. A hasher without a pepper, or with random salts, cannot sign, and its
 * cursors have an empty signature. So whoever reads a place checks it.
 */
function signaturesOf({ hasher }: CursorParts, kind: CursorKind, place: string): readonly string[] {
  const hashes = hasher.hashes?.({ id: `cursor/${kind}`, token: place }) ?? []
  const unpeppered = sha256().currentPrefix
  const peppered = hashes.filter((hash) => !hash.startsWith(unpeppered))
  if (peppered.length === 0) return ['']
  return peppered.map((hash) => hash.slice(hash.lastIndexOf('$') + 1).slice(0, signatureLength))
}
