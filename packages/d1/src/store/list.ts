import {
  instantOf,
  type KeyPlace,
  type KeySort,
  type KeyStore,
  parseRow,
  type StoredKeyQuery,
  sumOf,
} from '@keywright/core/store'
import type { Database } from '../driver/database.js'
import { all, now, previousUsedAt, usedAt } from '../sql/parts.js'
import { join, raw, type Sql, sql } from '../sql/sql.js'
import { findFew } from './few-keys.js'
import { endOf, hasStatus, meets, organizationIn, statusParts } from './key-conditions.js'

/** Pages of keys. */
export function listMethods(db: Database): Pick<KeyStore, 'list' | 'count'> {
  return {
    async list(query) {
      const { sort = 'created', order = 'desc' } = query
      const few = await findFew(db, query, query.limit)
      const inOrder = () => (sort === 'lastUsed' ? pageByLastUse(query) : pageInOrder(query, sort))
      const page = few === null ? inOrder() : pageAmong(query, few)
      const [rows = [], clock] = await db.read([
        sql`select k.*, ${usedAt} as used_at, ${previousUsedAt} as previous_used_at from (${page}) as page cross join api_keys as k
          where k.id = page.id order by page.place ${raw(order)}, page.id ${raw(order)}`,
        sql`select ${now} as now`,
      ])
      return { records: rows.map((row) => parseRow(row)), now: instantOf(clock?.[0]?.now, 'now') }
    },

    async count(filter, most) {
      const conditions = [...meets(filter), hasStatus(filter.status)]
      const few = await findFew(db, filter, most)
      const met =
        few === null
          ? sql`select 1 from api_keys as k where ${all(conditions)}`
          : sql`select 1 from (select distinct id from (${few})) as few cross join api_keys as k
            where ${all([sql`k.id = few.id`, ...conditions])}`
      const [rows] = await db.read([sql`select count(*) as found from (${met} limit ${most})`])
      return sumOf(rows?.[0]?.found, 'count')
    },
  }
}

/** What lists are sorted by, and how an index has it in order: those that never end come behind all others. */
const places: Readonly<Record<Exclude<KeySort, 'lastUsed'>, { place: Sql; asc: string; desc: string }>> = {
  created: { place: { texts: ['k.created_at'], values: [] }, asc: 'k.created_at asc', desc: 'k.created_at desc' },
  name: { place: { texts: ['k.sort_name'], values: [] }, asc: 'k.sort_name asc', desc: 'k.sort_name desc' },
  expiry: { place: endOf, asc: 'k.expires_at asc nulls last', desc: 'k.expires_at desc nulls first' },
}

/**
 * Selects a page by reading keys in the order of the list. The indexes begin with the status, so keys of several are read as several
 * pages, and joined; so are those behind a place that an index does not have in one piece.
 */
function pageInOrder(query: StoredKeyQuery, sort: Exclude<KeySort, 'lastUsed'>): Sql {
  const { order = 'desc', status, limit } = query
  const { place, [order]: inOrder } = places[sort]
  const conditions = meets(query)
  const pieces = sort === 'expiry' ? behindByExpiry(query) : [all(isBehind(query, place, sql`k.id`))]
  const parts = statusParts(status).flatMap((part) =>
    pieces.map(
      (piece) =>
        sql`select * from (select k.id as id, ${place} as place from api_keys as k
          where ${all([...conditions, part, piece])} order by ${raw(inOrder)}, k.id ${raw(order)} limit ${limit})`,
    ),
  )
  return sql`select * from (${union(parts)}) order by place ${raw(order)}, id ${raw(order)} limit ${limit}`
}

/** Joins parts. A union in D1 has five of them at most, but each may be a union itself. */
function union(parts: readonly Sql[]): Sql {
  const most = 5
  if (parts.length <= most) return join(parts, ' union all ')
  const groups = Array.from({ length: Math.ceil(parts.length / most) }, (_, at) =>
    parts.slice(at * most, (at + 1) * most),
  )
  return union(groups.map((group) => sql`select * from (${union(group)})`))
}

/** Selects a page among few keys, which are sorted. */
function pageAmong(query: StoredKeyQuery, few: Sql): Sql {
  const { sort = 'created', order = 'desc', status, limit } = query
  const place =
    sort === 'lastUsed'
      ? sql`(select u.last_used_at from api_key_last_uses as u where u.key_id = k.id)`
      : places[sort].place
  const conditions = [sql`k.id = few.id`, ...meets(query), hasStatus(status), ...isBehind(query, place, sql`k.id`)]
  return sql`select k.id as id, ${place} as place from (select distinct id from (${few})) as few
    cross join api_keys as k where ${all(conditions)} order by place ${raw(order)}, k.id ${raw(order)} limit ${limit}`
}

/** By the last use, keys are read from the table of last uses, and each is looked at by its id. */
function pageByLastUse(query: StoredKeyQuery): Sql {
  const { order = 'desc', status, limit } = query
  const conditions = [
    sql`u.organization_id = ${organizationIn(query)}`,
    sql`k.id = u.key_id`,
    ...meets(query),
    hasStatus(status),
    ...isBehind(query, sql`u.last_used_at`, sql`u.key_id`),
  ]
  return sql`select u.key_id as id, u.last_used_at as place from api_key_last_uses as u cross join api_keys as k
    where ${all(conditions)} order by u.last_used_at ${raw(order)}, u.key_id ${raw(order)} limit ${limit}`
}

/** Whether a key comes behind another one. An index seeks the first condition. */
function isBehind({ sort = 'created', order = 'desc', after }: StoredKeyQuery, place: Sql, id: Sql): readonly Sql[] {
  if (after === undefined) return []
  const at = placeIn(sort, after)
  const beyond = raw(order === 'desc' ? '<' : '>')
  return [sql`${place} ${beyond}= ${at}`, sql`(${place} ${beyond} ${at} or ${id} ${beyond} ${after.id})`]
}

/** The same by expiry, as an index has it: those that never end are apart from the others, and come last. */
function behindByExpiry({ order = 'desc', after }: StoredKeyQuery): readonly Sql[] {
  if (after === undefined) return [all([])]
  const end = after.expiresAt?.getTime()
  const beyond = raw(order === 'desc' ? '<' : '>')
  if (end === undefined) {
    const unending = sql`k.expires_at is null and k.id ${beyond} ${after.id}`
    return order === 'desc' ? [unending, sql`k.expires_at is not null`] : [unending]
  }
  // The index seeks the first condition: it must not seek a side of the second one.
  const ending = sql`k.expires_at ${beyond}= ${end} and (${endOf} ${beyond} ${end} or k.id ${beyond} ${after.id})`
  return order === 'desc' ? [ending] : [ending, sql`k.expires_at is null`]
}

/** What a key is sorted by. */
function placeIn(sort: KeySort, { createdAt, sortName, lastUsedAt, expiresAt }: KeyPlace): number | string {
  if (sort === 'name') return sortName ?? ''
  if (sort === 'lastUsed') return lastUsedAt?.getTime() ?? 0
  return sort === 'expiry' ? (expiresAt?.getTime() ?? Number.MAX_SAFE_INTEGER) : (createdAt?.getTime() ?? 0)
}
