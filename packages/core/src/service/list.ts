import { InvalidInput } from '../errors/index.js'
import type { Key, KeyRecord, KeyStatus, Owner } from '../values/index.js'
import { checkId, checkOwner } from './check-input.js'
import { readCursor, writeCursor } from './cursor.js'
import type { Settings } from './options.js'
import { toKey } from './public-key.js'
import { reachStore } from './reach-store.js'

/** Which keys to list. */
export interface ListQuery {
  /** Leave it out, in place of `undefined`, to list the keys of all organisations. */
  readonly organizationId?: string
  /** Leave it out, in place of `undefined`, to list the keys of all owners. */
  readonly owner?: Owner
  readonly status?: KeyStatus | undefined
  /** By creation. @defaultValue 'newest' */
  readonly first?: 'newest' | 'oldest' | undefined
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
 * @throws InvalidInput, naming the field: also for a cursor that is no `nextCursor` of this keyring.
 */
export async function listKeys(settings: Settings, query: ListQuery): Promise<ListPage> {
  const { store } = settings
  const { limit = 50, status, cursor, first = 'newest' } = query
  for (const field of ['organizationId', 'owner'] as const) {
    // A bound that got lost on its way here must not become "no bound".
    if (field in query && query[field] === undefined)
      throw new InvalidInput(field, 'a value; leave it out for no bound')
  }
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 100)
    throw new InvalidInput('limit', 'a whole number from 1 to 100')
  if (status !== undefined && !statuses.includes(status))
    throw new InvalidInput('status', `one of ${statuses.join(', ')}`)
  if (first !== 'newest' && first !== 'oldest') throw new InvalidInput('first', "'newest' or 'oldest'")
  const page = await reachStore(
    store.list({
      ...(query.organizationId === undefined
        ? {}
        : { organizationId: checkId(query.organizationId, 'organizationId') }),
      ...(query.owner === undefined ? {} : { owner: checkOwner(query.owner) }),
      ...(status === undefined ? {} : { status }),
      ...(cursor === undefined || cursor === null ? {} : { after: readPlace(settings, cursor, first) }),
      order: first === 'newest' ? 'desc' : 'asc',
      limit: limit + 1,
    }),
  )
  const records = page.records.slice(0, limit)
  const last = records.at(-1)
  const hasMore = page.records.length > limit
  return {
    keys: records.map((record) => toKey(record, page.now)),
    nextCursor: hasMore && last !== undefined ? writeCursor(settings, 'keys', placeOf(last, first)) : null,
  }
}

function placeOf({ createdAt, id }: Pick<KeyRecord, 'createdAt' | 'id'>, order: string): string {
  return `${order}.${createdAt.getTime()}.${id}`
}

function readPlace(settings: Settings, cursor: unknown, order: string): { createdAt: Date; id: string } {
  const [its, at, id] = readCursor(settings, 'keys', cursor).split('.')
  const createdAt = new Date(Number(at))
  if (id === undefined || its !== order || Number.isNaN(createdAt.getTime())) {
    throw new InvalidInput('cursor', 'the nextCursor of a page in the same order')
  }
  return { createdAt, id }
}
