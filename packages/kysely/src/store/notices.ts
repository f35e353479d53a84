import {
  dayMs,
  type NoticeClaim,
  type NoticeEnd,
  type NoticeKind,
  type NoticePlace,
  type NoticeQuery,
  type NoticeTelling,
  noticeAboutOf,
  noticeEvent,
  noticeRow,
  parseNoticeRow,
  type StoredNotice,
  type StoreNotices,
} from '@keywright/core/store'
import { type RawBuilder, type SqlBool, sql, type Transaction } from 'kysely'
import { parseRow } from '../tables/columns.js'
import type { KeyTables } from '../tables/key-tables.js'
import { lastUseOf } from '../tables/last-use-of.js'
import { addEvents } from './add-events.js'
import type { StoreContext } from './context.js'
import { lockOrganization } from './organization-lock.js'
import { loadOrganizations } from './organizations.js'

/** What was told of keys. */
export function noticeMethods(context: StoreContext): StoreNotices {
  return {
    organizations: (page) => loadOrganizations(context, page),
    due: (query) => context.reading((on) => loadDue(on, query)),
    tell: (request) => tell(context, request),
    take: (claim) => take(context, claim),
    settle: (worker, ends) => settle(context, worker, ends),
  }
}

async function loadDue(context: StoreContext, query: NoticeQuery): Promise<readonly NoticePlace[]> {
  const found = query.kind === 'expiring' ? expiring(context, query) : unused(context, query)
  const { rows } = await found.execute(context.db)
  return rows.map(({ key_id, about }) => ({ keyId: key_id, about: noticeAboutOf(about) }))
}

type Found = RawBuilder<{ readonly key_id: string; readonly about: unknown }>

/** Along the index by which live keys are counted: it has their ends in order. */
function expiring({ tables, dialect }: StoreContext, query: NoticeQuery): Found {
  const { organizationId, days } = query
  return sql`select k.id as key_id, k.expires_at as about from ${sql.table(tables.api_keys)} as k
    where k.organization_id = ${organizationId} and k.status = 'active' and ${isIn(query, sql.ref('k.expires_at'), sql.ref('k.id'))}
    and k.expires_at > (select ${dialect.now}) and k.expires_at - k.created_at > ${days * dayMs}
    and not exists (select 1 from ${sql.table(tables.api_key_notices)} as n where n.key_id = k.id
      and n.kind = 'expiring' and n.about = k.expires_at and n.days <= ${days})
    order by k.expires_at, k.id limit ${query.limit}`
}

/** Along the last uses, which are in the order of lists. */
function unused({ tables, dialect }: StoreContext, query: NoticeQuery): Found {
  const { organizationId, until } = query
  return sql`select u.key_id, u.last_used_at as about from ${sql.table(tables.api_key_last_uses)} as u
    inner join ${sql.table(tables.api_keys)} as k on k.id = u.key_id
    where u.organization_id = ${organizationId} and ${isIn(query, sql.ref('u.last_used_at'), sql.ref('u.key_id'))}
    and k.status = 'active' and k.updated_at <= ${until.getTime()}
    and (k.expires_at is null or k.expires_at > (select ${dialect.now}))
    and not exists (select 1 from ${sql.table(tables.api_key_notices)} as n where n.key_id = u.key_id
      and n.kind = 'unused' and n.about = u.last_used_at)
    order by u.last_used_at, u.key_id limit ${query.limit}`
}

function isIn(
  { after, until, place }: NoticeQuery,
  about: RawBuilder<unknown>,
  keyId: RawBuilder<unknown>,
): RawBuilder<SqlBool> {
  const at = place?.about?.getTime() ?? 0
  const conditions = [
    sql<SqlBool>`${about} <= ${until.getTime()}`,
    ...(after === null ? [] : [sql<SqlBool>`${about} > ${after.getTime()}`]),
    ...(place === null
      ? []
      : [sql<SqlBool>`${about} >= ${at}`, sql<SqlBool>`(${about} > ${at} or ${keyId} > ${place.keyId})`]),
  ]
  return sql<SqlBool>`${sql.join(conditions, sql` and `)}`
}

/** Under the organisation's lock, which each change of its keys needs as well: what is decided on stays so until it is told. */
function tell(
  context: StoreContext,
  { organizationId, kind, keyIds, isHanded, decide }: NoticeTelling,
): Promise<readonly StoredNotice[]> {
  const { tables, dialect, transaction } = context
  if (keyIds.length === 0) return Promise.resolve([])
  const ids = [...keyIds].sort()
  return transaction(async (trx) => {
    const { now, hasWebhooks } = await lockOrganization(context, trx, organizationId)
    const keys = await trx
      .selectFrom(tables.api_keys)
      .selectAll()
      .select(lastUseOf(tables).as('used_at'))
      .where('id', 'in', ids)
      .where('organization_id', '=', organizationId)
      .execute()
    const last = await loadLast(context, trx, kind, ids)
    const told = keys.flatMap((row): StoredNotice[] => {
      const content = decide(parseRow(row), last.get(row.id) ?? null, now)
      return content === null ? [] : [{ keyId: row.id, organizationId, kind, ...content, at: now }]
    })
    if (told.length === 0) return told
    const rows = told.map((notice) => noticeRow(notice, isHanded))
    await dialect
      .orChange(trx.insertInto(tables.api_key_notices).values(rows), {
        table: tables.api_key_notices,
        keys: ['key_id', 'kind'],
        changes: (_, coming) =>
          Object.fromEntries(['about', 'days', 'at', 'next_at', 'claim'].map((name) => [name, coming(name)])),
      })
      .execute()
    if (hasWebhooks) await addEvents(context, trx, told.map(noticeEvent), now.getTime())
    return told
  })
}

async function loadLast(
  { tables }: StoreContext,
  trx: Transaction<KeyTables>,
  kind: NoticeKind,
  keyIds: readonly string[],
): Promise<ReadonlyMap<string, StoredNotice>> {
  const rows = await trx
    .selectFrom(tables.api_key_notices)
    .selectAll()
    .where('key_id', 'in', keyIds)
    .where('kind', '=', kind)
    .execute()
  return new Map(rows.map((row) => [row.key_id, parseNoticeRow({ ...row })]))
}

async function take(
  { tables, dialect, changing, transaction }: StoreContext,
  { worker, dueBy, limit, leaseMs }: NoticeClaim,
): Promise<readonly StoredNotice[]> {
  const due = await changing((on) =>
    on
      .selectFrom(tables.api_key_notices)
      .select(['key_id', 'kind'])
      .where('next_at', '<=', dueBy.getTime())
      .orderBy('next_at')
      .limit(limit)
      .execute(),
  )
  if (due.length === 0) return []
  const sorted = due.toSorted((a, b) => (a.key_id < b.key_id ? -1 : 1))
  const those = sql<SqlBool>`(${sql.join(
    sorted.map(({ key_id, kind }) => sql`(key_id = ${key_id} and kind = ${kind})`),
    sql` or `,
  )})`
  return transaction(async (trx) => {
    // "+ 0" keeps engines from finding the rows by when they are due: that index is where other runs hold locks.
    await sql`update ${sql.table(tables.api_key_notices)} set claim = ${worker}, next_at = ${dialect.now} + ${leaseMs}
      where ${those} and next_at + 0 <= ${dueBy.getTime()}`.execute(trx)
    const rows = await trx
      .selectFrom(tables.api_key_notices)
      .selectAll()
      .where(those)
      .where('claim', '=', worker)
      .orderBy('at')
      .execute()
    return rows.map((row) => parseNoticeRow({ ...row }))
  })
}

async function settle(
  { tables, dialect, transaction }: StoreContext,
  worker: string,
  ends: readonly NoticeEnd[],
): Promise<void> {
  if (ends.length === 0) return
  const sorted = ends.toSorted((a, b) => (a.keyId < b.keyId ? -1 : 1))
  await transaction(async (trx) => {
    for (const { keyId, kind, nextInMs } of sorted) {
      await trx
        .updateTable(tables.api_key_notices)
        .set({ claim: null, next_at: nextInMs === null ? null : sql<number>`${dialect.now} + ${nextInMs}` })
        .where('key_id', '=', keyId)
        .where('kind', '=', kind)
        .where('claim', '=', worker)
        .execute()
    }
  })
}
