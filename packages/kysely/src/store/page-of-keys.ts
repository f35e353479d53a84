import type { KeyFilter, KeyPlace, KeySort, StoredKeyQuery } from '@keywright/core/store'
import { organizationOf } from '@keywright/core/store'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type KeyIds, mostSorted } from './few-keys.js'
import {
  all,
  type Condition,
  endOf,
  hasStatus,
  isOver,
  type ListContext,
  meets,
  type StatusPart,
  statusParts,
} from './key-conditions.js'

/** The ids of a page, and what they are sorted by. */
export type PageOfKeys = RawBuilder<{ readonly id: string; readonly place: number | string }>

const never = sql.lit(Number.MAX_SAFE_INTEGER)

/** The columns of `api_keys` that lists are sorted by. The last use is in a table of its own. */
const columns = { created: 'created_at', name: 'sort_name', expiry: 'expires_at' } as const

/** What a key is sorted by. Never used is 0, and never expiring is {@link never}. */
export function placeIn(sort: KeySort, { createdAt, sortName, lastUsedAt, expiresAt }: KeyPlace): number | string {
  if (sort === 'name') return sortName ?? ''
  if (sort === 'lastUsed') return lastUsedAt?.getTime() ?? 0
  return sort === 'expiry' ? (expiresAt?.getTime() ?? Number.MAX_SAFE_INTEGER) : (createdAt?.getTime() ?? 0)
}

/**
 * Whether a key comes behind another one.
 *
 * @param unsought - The place as no index can seek it, where SQLite would seek each side of the second condition.
 */
function isBehind(
  place: RawBuilder<unknown>,
  id: RawBuilder<unknown>,
  { sort = 'created', order = 'desc', after }: StoredKeyQuery,
  unsought: RawBuilder<unknown> = place,
): Condition[] {
  if (after === undefined) return []
  const at = placeIn(sort, after)
  // The index can seek to the first condition. Row values would say the same, but MySQL scans for them.
  const [beyond, from] = order === 'desc' ? [sql`<`, sql`<=`] : [sql`>`, sql`>=`]
  return [
    sql<SqlBool>`${place} ${from} ${at}`,
    sql<SqlBool>`(${unsought} ${beyond} ${at} or ${id} ${beyond} ${after.id})`,
  ]
}

function sorted(
  keys: RawBuilder<unknown>,
  by: readonly string[],
  { order = 'desc', limit }: StoredKeyQuery,
): PageOfKeys {
  const direction = sql.raw(order)
  const sorting = by.map((column) => sql`${sql.ref(column)} ${direction}`)
  return sql`${keys} order by ${sql.join(sorting)} limit ${sql.lit(limit)}`
}

/** Selects a page among few keys, which are sorted. */
export function pageAmong(context: ListContext, query: StoredKeyQuery, few: KeyIds): PageOfKeys {
  const { tables } = context
  const { sort = 'created' } = query
  const place = {
    created: sql`k.created_at`,
    name: sql`k.sort_name`,
    lastUsed: sql`(select u.last_used_at from ${sql.table(tables.api_key_last_uses)} as u where u.key_id = few.id limit 1)`,
    expiry: sql`coalesce(k.expires_at, ${never})`,
  }[sort]
  // With limits, or planners make one join of it all, and may read all keys of the organisation.
  const placed = sql`select few.id as id, (${ofFew(context, query, place)}) as place
    from (select distinct id from (${few}) as ids) as few limit ${sql.lit(mostSorted + 1)}`
  const [ofPage, id] = [sql`placed.place`, sql.ref('placed.id')]
  const found = sql`select placed.id as id, placed.place as place from (${placed}) as placed
    where ${all([sql<SqlBool>`${ofPage} is not null`, ...isBehind(ofPage, id, query)])}`
  return sorted(found, ['place', 'id'], query)
}

/** What the one key `few.id` has, if it meets a filter. */
function ofFew(context: ListContext, filter: KeyFilter, what: RawBuilder<unknown>): RawBuilder<unknown> {
  const meetsAll = all([...meets(context, filter, 'k'), hasStatus(context, filter.status, 'k')])
  return sql`select ${what} from ${sql.table(context.tables.api_keys)} as k where k.id = few.id and ${meetsAll} limit 1`
}

/** Selects a page by reading keys in the order of the list, until the page is full. */
export function pageInOrder(context: ListContext, query: StoredKeyQuery): PageOfKeys {
  const { sort = 'created', status } = query
  if (sort === 'lastUsed') return pageByLastUse(context, query)
  const keys = statusParts(status, 'k').flatMap((part) =>
    sort === 'expiry' ? byExpiry(context, query, part) : [byColumn(context, query, part, sort)],
  )
  // The indexes begin with the status, so keys of several are read as several pages, and joined: each in the order of the list.
  // Each in a subquery of its own: not every engine takes an order within a union.
  const parts = keys.map((part) => sql`select * from (${part}) as part`)
  return sorted(sql`select * from (${sql.join(parts, sql` union all `)}) as parts`, ['place', 'id'], query)
}

function byColumn(
  context: ListContext,
  query: StoredKeyQuery,
  { condition, over }: StatusPart,
  sort: 'created' | 'name',
): PageOfKeys {
  const place = sql.ref(`k.${columns[sort]}`)
  // Before it is listed, a key has no folded name, and so no place to go on from.
  const isThere = sort === 'name' && query.after === undefined ? [sql<SqlBool>`${place} >= ''`] : []
  const conditions = [...meets(context, query, 'k'), condition, ...isOver(context, over, 'k'), ...isThere]
  const found = sql`select k.id as id, ${place} as place from ${sql.table(context.tables.api_keys)} as k
    where ${all([...conditions, ...isBehind(place, sql.ref('k.id'), query)])}`
  return sorted(found, [`k.${columns[sort]}`, 'k.id'], query)
}

/** Keys that expire, and those that never do: engines differ in where they sort the latter. */
function byExpiry(context: ListContext, query: StoredKeyQuery, { condition, over }: StatusPart): PageOfKeys[] {
  const { dialect, tables } = context
  const { order = 'desc', after, expiringBefore } = query
  const expires = sql.ref('k.expires_at')
  const inIndex = ['k.expires_at', 'k.id']
  const isAfterNever = after !== undefined && (after.expiresAt ?? null) === null
  const isAfterEnd = after !== undefined && !isAfterNever
  const select = (place: RawBuilder<unknown>, more: readonly Condition[], by: readonly string[]): PageOfKeys => {
    const seek = !(isAfterEnd && order === 'desc')
    const conditions = all([...meets(context, query, 'k', seek), condition, ...more])
    return sorted(
      sql`select k.id as id, ${place} as place from ${sql.table(tables.api_keys)} as k where ${conditions}`,
      by,
      query,
    )
  }
  const expiring = select(
    expires,
    [...endsIn(context, query, over), ...isBehind(expires, sql.ref('k.id'), query, endOf('k'))],
    inIndex,
  )
  const isPastAllEnds = isAfterNever && order === 'asc'
  if (over === true || (isAfterEnd && order === 'desc') || expiringBefore !== undefined) return [expiring]
  const behind = isAfterNever ? [sql<SqlBool>`k.id ${sql.raw(order === 'desc' ? '<' : '>')} ${after.id}`] : []
  // All have the same null. MySQL would sort by it, and PostgreSQL sort without it.
  const byId = dialect.name === 'mysql' ? ['k.id'] : inIndex
  const unending = select(never, [sql<SqlBool>`${expires} is null`, ...behind], byId)
  return isPastAllEnds ? [unending] : [expiring, unending]
}

/** Whether a key that expires is over. An index seeks it only where the list does not go on from a place on the same side. */
function endsIn(context: ListContext, { order = 'desc', after }: StoredKeyQuery, over: boolean | null): Condition[] {
  if (over === null) return after === undefined ? [sql<SqlBool>`k.expires_at is not null`] : []
  if (after !== undefined && (order === 'desc') === over) return isOver(context, over, 'k')
  return [sql<SqlBool>`k.expires_at ${sql.raw(over ? '<=' : '>')} (select ${context.dialect.now})`]
}

/** By the last use, keys are read from the table of last uses, and each is looked at by its id. */
function pageByLastUse(context: ListContext, query: StoredKeyQuery): PageOfKeys {
  const { tables } = context
  const { organizationId, owner, unusedSince } = query
  const place = sql.ref('u.last_used_at')
  const within = organizationId ?? (owner === undefined ? '' : organizationOf(owner))
  const meetsAll = all([
    sql<SqlBool>`k.id = u.key_id`,
    ...meets(context, query, 'k'),
    hasStatus(context, query.status, 'k'),
  ])
  const found = sql`select u.key_id as id, ${place} as place from ${sql.table(tables.api_key_last_uses)} as u
    where ${all([
      sql<SqlBool>`u.organization_id = ${within}`,
      ...(unusedSince === undefined ? [] : [sql<SqlBool>`${place} < ${unusedSince.getTime()}`]),
      ...isBehind(place, sql.ref('u.key_id'), query),
      // Behind a limit, so that no planner makes a join of it, and reads all keys of the organisation.
      sql<SqlBool>`(select 1 from ${sql.table(tables.api_keys)} as k where ${meetsAll} limit 1) = 1`,
    ])}`
  return sorted(found, ['u.last_used_at', 'u.key_id'], query)
}

/** Selects a row for each key that meets a filter, up to `most` for each status. */
export function keysThatMeet(
  context: ListContext,
  filter: KeyFilter,
  few: KeyIds | null,
  most: number,
): RawBuilder<unknown> {
  const keys = sql.table(context.tables.api_keys)
  const conditions = meets(context, filter, 'k')
  if (few !== null) {
    return sql`select few.id from (select distinct id from (${few}) as ids) as few
      where (${ofFew(context, filter, sql`1`)}) = 1`
  }
  const parts = statusParts(filter.status, 'k').map(({ condition, over }) => {
    const of = all([...conditions, condition, ...isOver(context, over, 'k')])
    return sql`select id from (select k.id as id from ${keys} as k where ${of} limit ${sql.lit(most)}) as part`
  })
  return sql`${sql.join(parts, sql` union all `)}`
}
