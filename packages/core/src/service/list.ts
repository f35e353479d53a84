import { InvalidInput } from '../errors/index.js'
import type { Key, KeyRecord, KeyStatus, Owner } from '../values/index.js'
import { checkId, checkOwner } from './check-input.js'
import type { Settings } from './options.js'
import { toKey } from './public-key.js'
import { reachStore } from './reach-store.js'

/** Which keys to list, newest first. */
export interface ListQuery {
  /** Leave it out, in place of `undefined`, to list the keys of all organisations. */
  readonly organizationId?: string
  /** Leave it out, in place of `undefined`, to list the keys of all owners. */
  readonly owner?: Owner
  readonly status?: KeyStatus | undefined
  /** 1 to 100. @defaultValue 50 */
  readonly limit?: number | undefined
  /** The `nextCursor` of the page before. */
  readonly cursor?: string | null | undefined
}

/** A page of keys. */
export interface ListPage {
  readonly keys: readonly Key[]
  /** Where the next page begins; `null` on the last. */
  readonly nextCursor: string | null
}

const statuses: readonly unknown[] = ['active', 'disabled', 'revoked', 'expired'] satisfies KeyStatus[]

/**
 * Lists keys by cursor: keys created meanwhile neither shift nor repeat what is there (HTTP-17).
 *
 * @throws InvalidInput for a cursor that is not of the form of a `nextCursor`. One that was made up only begins elsewhere:
 * the filters hold all the same.
 */
export async function listKeys({ store }: Settings, query: ListQuery): Promise<ListPage> {
  const { limit = 50, status, cursor } = query
  for (const field of ['organizationId', 'owner'] as const) {
    // A bound that got lost on its way here must not become "no bound".
    if (field in query && query[field] === undefined)
      throw new InvalidInput(field, 'a value; leave it out for no bound')
  }
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 100)
    throw new InvalidInput('limit', 'a whole number from 1 to 100')
  if (status !== undefined && !statuses.includes(status))
    throw new InvalidInput('status', `one of ${statuses.join(', ')}`)
  const page = await reachStore(
    store.list({
      ...(query.organizationId === undefined
        ? {}
        : { organizationId: checkId(query.organizationId, 'organizationId') }),
      ...(query.owner === undefined ? {} : { owner: checkOwner(query.owner) }),
      ...(status === undefined ? {} : { status }),
      ...(cursor === undefined || cursor === null ? {} : { after: readCursor(cursor) }),
      limit: limit + 1,
    }),
  )
  const records = page.records.slice(0, limit)
  const last = records.at(-1)
  const hasMore = page.records.length > limit
  return {
    keys: records.map((record) => toKey(record, page.now)),
    nextCursor: hasMore && last !== undefined ? writeCursor(last) : null,
  }
}

function writeCursor({ createdAt, id }: Pick<KeyRecord, 'createdAt' | 'id'>): string {
  return Buffer.from(`${createdAt.getTime()}.${id}`).toString('base64url')
}

function readCursor(cursor: unknown): { createdAt: Date; id: string } {
  const text = typeof cursor === 'string' && cursor.length <= 256 ? Buffer.from(cursor, 'base64url').toString() : ''
  const match = /^(\d{1,15})\.([0-9A-Za-z]{1,64})$/.exec(text)
  if (match === null || writeCursor({ createdAt: new Date(Number(match[1])), id: match[2] ?? '' }) !== cursor) {
    throw new InvalidInput('cursor', 'the nextCursor of a page')
  }
  return { createdAt: new Date(Number(match[1])), id: match[2] ?? '' }
}
