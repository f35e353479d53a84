import { InvalidInput, type PageQuery } from '@keywright/core'
import { wholeNumber } from '@keywright/core/adapter'

/** A place in a list that is sorted by time, and then by id. */
interface Place {
  readonly createdAt: Date
  readonly id: string
}

/** @throws {@link InvalidInput} when `limit` is out of range, or `cursor` is none. */
export function parsePage({ limit = 50, cursor }: PageQuery): {
  readonly limit: number
  readonly after: { readonly after?: Place }
} {
  wholeNumber(limit, 'limit', { least: 1, most: 100, Invalid: InvalidInput })
  if (cursor === undefined || cursor === null) return { limit, after: {} }
  const text = typeof cursor === 'string' && cursor.length <= 256 ? Buffer.from(cursor, 'base64url').toString() : ''
  const [, at = '', id = ''] = /^(\d{1,15})~([\w.]{1,130})$/.exec(text) ?? []
  if (id === '') throw new InvalidInput('cursor', 'the nextCursor of an earlier page of this list')
  return { limit, after: { after: { createdAt: new Date(Number(at)), id } } }
}

/** The page from one record more than `limit`. A list is of one key or endpoint, so there is nothing to sign in its cursor. */
export function pageOf<R extends Place>(
  found: readonly R[],
  limit: number,
): { readonly records: readonly R[]; readonly nextCursor: string | null } {
  const records = found.slice(0, limit)
  const last = records.at(-1)
  if (last === undefined || found.length <= limit) return { records, nextCursor: null }
  return { records, nextCursor: Buffer.from(`${last.createdAt.getTime()}~${last.id}`).toString('base64url') }
}
