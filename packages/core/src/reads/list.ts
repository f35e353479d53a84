import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { type PageQuery, pageOf, parsePage } from '../input/index.js'
import { type KeySort, toKey, wrapStoreErrors } from '../store/index.js'
import type { Key } from '../values/index.js'
import { type KeySelection, readSelection } from './key-selection.js'
import { placeOf, readPlace } from './list-place.js'
import type { ReadParts } from './parts.js'

/** Which keys to list, and how. */
export interface KeyQuery extends KeySelection, PageQuery {
  /**
   * By creation; by name, without regard to case and accents; by the last use, where never is earliest; by expiry, where never is
   * last. All but `created` need `organizationId` or `owner`. @defaultValue 'created'
   */
  readonly sort?: KeySort | undefined
  /**
   * `asc`: the earliest first, or `a` before `b`. `desc`: the other way round.
   * @defaultValue 'desc' by creation and by last use, 'asc' by name and by expiry
   */
  readonly order?: 'asc' | 'desc' | undefined
  /** Whether to count the keys of all pages, up to 10,000. It costs a second read. @defaultValue false */
  readonly total?: boolean | undefined
}

/** A page of keys. */
export interface KeyPage {
  readonly keys: readonly Key[]
  /** Where the next page begins; `null` on the last. */
  readonly nextCursor: string | null
  /** How many keys all pages have together, if it was asked for. `exact: false`: there are more than `count`. */
  readonly total?: { readonly count: number; readonly exact: boolean }
}

const queryNames: NamesOf<KeyQuery> = {
  organizationId: true,
  owner: true,
  createdBy: true,
  search: true,
  tag: true,
  environment: true,
  scope: true,
  status: true,
  unusedSince: true,
  expiringBefore: true,
  breaksPolicy: true,
  sort: true,
  order: true,
  total: true,
  limit: true,
  cursor: true,
}
const defaultOrders: Readonly<Record<KeySort, 'asc' | 'desc'>> = {
  created: 'desc',
  name: 'asc',
  lastUsed: 'desc',
  expiry: 'asc',
}
/** The most keys that are counted for a total. */
const mostCounted = 10_000

/** See `Keyring.list`. */
export async function listKeys(parts: ReadParts, query: KeyQuery): Promise<KeyPage> {
  checkNames(query, queryNames, { Invalid: InvalidInput, defined: ['organizationId', 'owner', 'createdBy'] })
  const selected = readSelection(parts, query)
  const { sort = 'created', total = false } = query
  if (!Object.hasOwn(defaultOrders, sort))
    throw new InvalidInput('sort', `one of ${Object.keys(defaultOrders).join(', ')}`)
  const { order = defaultOrders[sort] } = query
  if (order !== 'asc' && order !== 'desc') throw new InvalidInput('order', "'asc' or 'desc'")
  if (typeof total !== 'boolean') throw new InvalidInput('total', 'a boolean')
  if (sort !== 'created') selected.requireOrganization('sort')
  const page = parsePage(parts, 'keys', query)
  const after = page.place === null ? {} : { after: readPlace(page.place, sort, order) }
  const filter = await selected.load()
  const asked = { ...filter, ...after, sort, order, limit: page.limit + 1 }
  const found = await wrapStoreErrors(parts.store.list(asked))
  const { records, nextCursor } = pageOf(parts, 'keys', found.records, page, (record) => placeOf(record, sort, order))
  const listed = { keys: records.map((record) => toKey(record, found.now)), nextCursor }
  if (!total) return listed
  const count = await wrapStoreErrors(parts.store.count(filter, mostCounted + 1))
  return { ...listed, total: { count: Math.min(count, mostCounted), exact: count <= mostCounted } }
}
