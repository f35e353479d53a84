import type { AuditRecord } from '@keywright/core'
import { type AuditQuery, parseAuditRow } from '@keywright/core/store'
import type { SelectQueryBuilder } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import type { StoreContext } from './context.js'
import { lastArchived } from './last-archived.js'

/** Reads a page of the audit log. */
export async function loadRecords(context: StoreContext, query: AuditQuery): Promise<readonly AuditRecord[]> {
  const { db, tables } = context
  const { from, to, limit, order } = query
  if (from !== undefined || to !== undefined) {
    const near = await readRecords(context, nearbyRecords(context, query), order)
    if (near.length === limit) return near
  }
  return readRecords(context, matchingRecords(context, db.selectFrom(tables.api_key_audit), query), order)
}

type Records = SelectQueryBuilder<KeyTables, 'api_key_audit', object>

/** The places of a page's records, in its order. */
type PageOfRecords = SelectQueryBuilder<
  KeyTables,
  'api_key_audit',
  { readonly organization_id: string; readonly seq: number }
>

/**
 * Selects a page. Each filter has an index that ends in `seq`, so a page is read in its order. By time, what the index finds is
 * sorted: after a clock was set back, times are not in the order of `seq`.
 */
function matchingRecords(
  { tables }: Pick<StoreContext, 'tables'>,
  source: Records,
  { organizationId, keyId, type, actor, from, to, order, after, limit }: AuditQuery,
): PageOfRecords {
  let page = source.select(['organization_id', 'seq']).where('organization_id', '=', organizationId)
  page = page.where('seq', '>', lastArchived(tables, organizationId))
  if (keyId !== undefined) page = page.where('key_id', '=', keyId)
  if (type !== undefined) page = page.where('type', '=', type)
  if (actor !== undefined) page = page.where('actor_type', '=', actor.type).where('actor_id', '=', actor.id)
  if (from !== undefined) page = page.where('at', '>=', from.getTime())
  if (to !== undefined) page = page.where('at', '<', to.getTime())
  if (after !== undefined) page = page.where('seq', order === 'asc' ? '>' : '<', after)
  return page.orderBy('seq', order).limit(limit)
}

/** The same page, if its records are among the next few. With a wide span of time, they are, and sorting all of it would take long. */
function nearbyRecords(context: StoreContext, query: AuditQuery): PageOfRecords {
  const { db, tables } = context
  const { organizationId, order, after, limit } = query
  const next = matchingRecords(context, db.selectFrom(tables.api_key_audit), {
    ...{ organizationId, order, limit: 10 * limit },
    ...(after === undefined ? {} : { after }),
  }).select(['key_id', 'type', 'actor_type', 'actor_id', 'at'])
  return matchingRecords(context, db.selectFrom(next.as('next')) as unknown as Records, query) // it has the columns of a filter
}

/** Reads the records of a page, which was chosen from indexes. */
async function readRecords(
  { db, tables }: StoreContext,
  page: PageOfRecords,
  order: AuditQuery['order'],
): Promise<readonly AuditRecord[]> {
  const rows = await db
    .selectFrom(page.as('page'))
    .innerJoin(`${tables.api_key_audit} as record`, (join) =>
      join.onRef('record.organization_id', '=', 'page.organization_id').onRef('record.seq', '=', 'page.seq'),
    )
    .selectAll('record')
    .orderBy('page.seq', order)
    .execute()
  return rows.map(parseAuditRow)
}
