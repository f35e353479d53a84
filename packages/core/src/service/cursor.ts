import { InvalidInput } from '../errors/index.js'
import type { Settings } from './options.js'

/** What a cursor is of: one of another list is refused. */
export type CursorKind = 'keys' | 'audit'

const signatureLength = 22

/**
 * Makes an opaque cursor: where the next page begins, signed under the keyring's pepper, so that none can be made up (HTTP-17).
 * Every process with that pepper takes it.
 */
export function writeCursor(settings: Pick<Settings, 'hasher'>, kind: CursorKind, place: string): string {
  const [signature = ''] = signaturesOf(settings, kind, place)
  return Buffer.from(`${place}~${signature}`).toString('base64url')
}

/**
 * Gives back the place that {@link writeCursor} was given.
 *
 * @throws InvalidInput for any other text.
 */
export function readCursor(settings: Pick<Settings, 'hasher'>, kind: CursorKind, cursor: unknown): string {
  const text = typeof cursor === 'string' && cursor.length <= 256 ? Buffer.from(cursor, 'base64url').toString() : ''
  const at = text.lastIndexOf('~')
  const [place, signature] = [text.slice(0, at), text.slice(at + 1)]
  const isWhole = at > 0 && Buffer.from(text).toString('base64url') === cursor
  // Under any pepper that is still known: a page may be asked for after the pepper was changed.
  if (isWhole && signaturesOf(settings, kind, place).includes(signature)) return place
  throw new InvalidInput('cursor', 'the nextCursor of a page')
}

/** A hasher whose hashes are salted at random signs nothing: its cursors are only checked for their form. */
function signaturesOf({ hasher }: Pick<Settings, 'hasher'>, kind: CursorKind, place: string): readonly string[] {
  const hashes = hasher.hashes?.({ id: `cursor/${kind}`, token: place }) ?? ['']
  return hashes.map((hash) => hash.slice(hash.lastIndexOf('$') + 1).slice(0, signatureLength))
}
