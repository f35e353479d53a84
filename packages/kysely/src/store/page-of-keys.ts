import type { StoredKeyQuery } from '@keywright/core/store'
import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import type { TableNames } from '../tables/table-names.js'
import { ownedBy } from './owned-by.js'

/** The ids of a page, and what they are sorted by. */
export type PageOfKeys = SelectQueryBuilder<KeyTables, 'api_keys', { readonly id: string; readonly created_at: number }>

/** What is listed of any status: the stored statuses in their order, and between them those that a damaged row may have. */
const listed = ['active', 'disabled', 'revoked'] as const
const stored = ['active', 'deleted', 'disabled', 'revoked'] as const

/**
 * Selects the keys of one page. The indexes begin with the status, so keys of several statuses are read as several pages, and
 * joined: each is read from its index in the order of the list, and no tombstone is. Rows are read for the final page alone.
 */
export function pageOfKeys(
  db: Kysely<KeyTables>,
  tables: TableNames,
  query: StoredKeyQuery,
  now: RawBuilder<number>,
): PageOfKeys {
  const { status, order = 'desc', limit } = query
  const sorted = (keys: PageOfKeys) => keys.orderBy('created_at', order).orderBy('id', order).limit(limit)
  const all = () => keysOf(db, tables, query)
  if (status !== undefined) {
    const its = all().where('status', '=', status === 'expired' ? 'active' : status)
    if (status !== 'active' && status !== 'expired') return sorted(its)
    // Written so that no index can seek it: the keys that have ended are not in the order of the list.
    const ends = sql<number>`coalesce(expires_at, ${sql.lit(Number.MAX_SAFE_INTEGER)})`
    return sorted(its.where(ends, status === 'expired' ? '<=' : '>', sql<number>`(select ${now})`))
  }
  const ofStatus = listed.map((one) => sorted(all().where('status', '=', one)))
  const damaged = [null, ...stored].map((below, index) => {
    const above = stored[index]
    let keys = all()
    if (below !== null) keys = keys.where('status', '>', below)
    if (above !== undefined) keys = keys.where('status', '<', above)
    return keys
  })
  // Each in a subquery of its own: not every engine takes an order within a union.
  const [first, ...others] = [...ofStatus, ...damaged].map((keys) => db.selectFrom(keys.as('part')).selectAll())
  const joined = others.reduce((union, next) => union.unionAll(next), first as NonNullable<typeof first>) // there are eight
  return sorted(db.selectFrom(joined.as('any')).selectAll() as unknown as PageOfKeys) // the same columns, of another source
}

function keysOf(
  db: Kysely<KeyTables>,
  tables: TableNames,
  { organizationId, owner, createdBy, after, order = 'desc' }: StoredKeyQuery,
): PageOfKeys {
  let keys = db.selectFrom(tables.api_keys).select(['id', 'created_at'])
  if (organizationId !== undefined) keys = keys.where('organization_id', '=', organizationId)
  if (owner !== undefined) keys = keys.where((eb) => ownedBy(eb, owner))
  if (createdBy !== undefined) {
    keys = keys.where('created_by_type', '=', createdBy.type).where('created_by_id', '=', createdBy.id)
  }
  if (after === undefined) return keys
  const at = after.createdAt.getTime()
  // The index can seek to the first condition. Row values would say the same, but MySQL scans for them.
  const [beyond, from] = order === 'desc' ? (['<', '<='] as const) : (['>', '>='] as const)
  return keys
    .where('created_at', from, at)
    .where(({ eb, or }) => or([eb('created_at', beyond, at), eb('id', beyond, after.id)]))
}
