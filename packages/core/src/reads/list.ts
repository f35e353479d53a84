import { checkNames, type NamesOf } from '../check/index.js'
import { InvalidInput } from '../errors/index.js'
import { checkActor, checkId, checkOwner, type PageQuery, pageOf, parsePage } from '../input/index.js'
import { toKey, wrapStoreErrors } from '../store/index.js'
import type { Actor, Key, KeyRecord, KeyStatus, Owner } from '../values/index.js'
import type { ReadParts } from './parts.js'

/** Which keys to list. */
export interface KeyQuery extends PageQuery {
  /** Leave it out, in place of `undefined`, to list the keys of all organisations. */
  readonly organizationId?: string
  /** Leave it out, in place of `undefined`, to list the keys of all owners. */
  readonly owner?: Owner
  /** Leave it out, in place of `undefined`, to list the keys whoever created them. */
  readonly createdBy?: Actor
  readonly status?: KeyStatus | undefined
  /** By creation. @defaultValue 'newest' */
  readonly first?: 'newest' | 'oldest' | undefined
}

/** A page of keys. */
export interface KeyPage {
  readonly keys: readonly Key[]
  /** Where the next page begins; `null` on the last. */
  readonly nextCursor: string | null
}

const queryNames: NamesOf<KeyQuery> = {
  organizationId: true,
  owner: true,
  createdBy: true,
  status: true,
  first: true,
  limit: true,
  cursor: true,
}
const statuses: readonly unknown[] = ['active', 'disabled', 'revoked', 'expired'] satisfies KeyStatus[]

/** See `Keyring.list`. */
export async function listKeys(parts: ReadParts, query: KeyQuery): Promise<KeyPage> {
  checkNames(query, queryNames, { Invalid: InvalidInput, defined: ['organizationId', 'owner', 'createdBy'] })
  const { status, first = 'newest', organizationId, owner, createdBy } = query
  if (status !== undefined && !statuses.includes(status))
    throw new InvalidInput('status', `one of ${statuses.join(', ')}`)
  if (first !== 'newest' && first !== 'oldest') throw new InvalidInput('first', "'newest' or 'oldest'")
  const page = parsePage(parts, 'keys', query)
  const found = await wrapStoreErrors(
    parts.store.list({
      ...(organizationId === undefined ? {} : { organizationId: checkId(organizationId, 'organizationId') }),
      ...(owner === undefined ? {} : { owner: checkOwner(owner) }),
      ...(createdBy === undefined ? {} : { createdBy: checkActor({ actor: createdBy }) }),
      ...(status === undefined ? {} : { status }),
      ...(page.place === null ? {} : { after: readPlace(page.place, first) }),
      order: first === 'newest' ? 'desc' : 'asc',
      limit: page.limit + 1,
    }),
  )
  const { records, nextCursor } = pageOf(parts, 'keys', found.records, page, (record) => placeOf(record, first))
  return { keys: records.map((record) => toKey(record, found.now)), nextCursor }
}

function placeOf({ createdAt, id }: Pick<KeyRecord, 'createdAt' | 'id'>, order: string): string {
  return `${order}.${createdAt.getTime()}.${id}`
}

function readPlace(place: string, order: string): { createdAt: Date; id: string } {
  const [, its, at, id = ''] = /^(\w+)\.(\d{1,14})\.([0-9A-Za-z]{1,64})$/.exec(place) ?? []
  if (its !== order) {
    throw new InvalidInput('cursor', 'the nextCursor of a page in the same order')
  }
  return { createdAt: new Date(Number(at)), id }
}
