import { wholeNumber } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { type CursorKind, type CursorParts, parseCursor, writeCursor } from './cursor.js'

/** The size of a page, and its place in the list. */
export interface PageQuery {
  /** The most entries on the page, 1 to 100. @defaultValue 50 */
  readonly limit?: number | undefined
  /** The `nextCursor` of the previous page. @defaultValue the first page */
  readonly cursor?: string | null | undefined
}

/** A parsed page query. Read one record more than `limit`, so that {@link pageOf} can see whether there is another page. */
export interface PageRequest {
  readonly limit: number
  /** The place of the last record on the previous page; `null` for the first page. */
  readonly place: string | null
}

/** @throws {@link InvalidInput} when `limit` is out of range, or `cursor` is not a `nextCursor` of this list. */
export function parsePage(parts: CursorParts, kind: CursorKind, { limit = 50, cursor }: PageQuery): PageRequest {
  return {
    limit: wholeNumber(limit, 'limit', { least: 1, most: 100, Invalid: InvalidInput }),
    place: cursor === undefined || cursor === null ? null : parseCursor(parts, kind, cursor),
  }
}

/** Returns the page for a {@link PageRequest} from the records that the store found, with the cursor of the next page. */
export function pageOf<R>(
  parts: CursorParts,
  kind: CursorKind,
  found: readonly R[],
  { limit }: PageRequest,
  placeOf: (record: R) => string,
): { readonly records: readonly R[]; readonly nextCursor: string | null } {
  const records = found.slice(0, limit)
  const last = records.at(-1)
  const hasMore = found.length > limit && last !== undefined
  return { records, nextCursor: hasMore ? writeCursor(parts, kind, placeOf(last)) : null }
}
