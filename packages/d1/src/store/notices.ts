import {
  dayMs,
  type NoticePlace,
  type NoticeQuery,
  type NoticeRow,
  type NoticeTelling,
  noticeAboutOf,
  noticeRow,
  parseNoticeRow,
  parseRow,
  type StoredNotice,
  type StoreNotices,
} from '@keywright/core/store'
import type { Database, Plan } from '../driver/database.js'
import { all, list, now, usedAt } from '../sql/parts.js'
import { raw, type Sql, sql } from '../sql/sql.js'
import { advance } from './advance.js'
import { loadOrganizations } from './organizations.js'
import { type Asked, readSituation, selectSituation } from './situation.js'

/** What was told of keys. */
export function noticeMethods(db: Database): StoreNotices {
  return {
    organizations: (page) => loadOrganizations(db, page),

    async due(query) {
      const [rows = []] = await db.read([query.kind === 'expiring' ? expiring(query) : unused(query)])
      return rows.map((row): NoticePlace => ({ keyId: String(row.key_id), about: noticeAboutOf(row.about) }))
    },

    tell: (request) => tell(db, request),

    async take({ worker, dueBy, limit, leaseMs }) {
      const [rows = []] = await db.write([
        sql`update api_key_notices set claim = ${worker}, next_at = ${now} + ${leaseMs} where (key_id, kind) in (
          select key_id, kind from api_key_notices where next_at <= ${dueBy.getTime()} order by next_at limit ${limit})
          returning *`,
      ])
      return rows.map(parseNoticeRow).sort((a, b) => a.at.getTime() - b.at.getTime())
    },

    async settle(worker, ends) {
      if (ends.length === 0) return
      await db.write(
        ends.map(({ keyId, kind, nextInMs }) => {
          const nextAt = nextInMs === null ? sql`null` : sql`${now} + ${nextInMs}`
          return sql`update api_key_notices set claim = null, next_at = ${nextAt}
            where key_id = ${keyId} and kind = ${kind} and claim = ${worker}`
        }),
      )
    },
  }
}

/** Along the index by which live keys are counted: it has their ends in order. */
function expiring(query: NoticeQuery): Sql {
  const { organizationId, days, limit } = query
  return sql`select k.id as key_id, k.expires_at as about from api_keys as k
    where k.organization_id = ${organizationId} and k.status = 'active' and ${isIn(query, 'k.expires_at', 'k.id')}
    and k.expires_at > (select ${now}) and k.expires_at - k.created_at > ${days * dayMs}
    and not exists (select 1 from api_key_notices as n where n.key_id = k.id and n.kind = 'expiring'
      and n.about = k.expires_at and n.days <= ${days})
    order by k.expires_at, k.id limit ${limit}`
}

/** Along the last uses, which are in the order of lists. */
function unused(query: NoticeQuery): Sql {
  const { organizationId, until, limit } = query
  return sql`select u.key_id, u.last_used_at as about from api_key_last_uses as u
    join api_keys as k on k.id = u.key_id
    where u.organization_id = ${organizationId} and ${isIn(query, 'u.last_used_at', 'u.key_id')}
    and k.status = 'active' and k.updated_at <= ${until.getTime()}
    and (k.expires_at is null or k.expires_at > (select ${now}))
    and not exists (select 1 from api_key_notices as n where n.key_id = u.key_id and n.kind = 'unused'
      and n.about = u.last_used_at)
    order by u.last_used_at, u.key_id limit ${limit}`
}

function isIn({ after, until, place }: NoticeQuery, about: string, keyId: string): Sql {
  const at = place?.about?.getTime() ?? 0
  return all([
    sql`${raw(about)} <= ${until.getTime()}`,
    ...(after === null ? [] : [sql`${raw(about)} > ${after.getTime()}`]),
    ...(place === null
      ? []
      : [sql`${raw(about)} >= ${at}`, sql`(${raw(about)} > ${at} or ${raw(keyId)} > ${place.keyId})`]),
  ])
}

/** As long as nobody has written to the organization since the reads: what is decided on stays so until it is told. */
function tell(
  db: Database,
  { organizationId, kind, keyIds, isHanded, decide }: NoticeTelling,
): Promise<readonly StoredNotice[]> {
  const ids = list([...new Set(keyIds)])
  const asked: Asked = { quota: null }
  const keys = sql`select k.*, ${usedAt} as used_at from api_keys as k
    where k.id in (select value from ${ids}) and k.organization_id = ${organizationId}`
  const last = sql`select * from api_key_notices where key_id in (select value from ${ids}) and kind = ${kind}`
  return db.change(
    [selectSituation(organizationId, '', asked), keys, last],
    ([rows, found = [], before = []]): Plan<readonly StoredNotice[]> => {
      const situation = readSituation(rows?.[0], organizationId, asked)
      const lastOf = new Map(before.map((row) => [String(row.key_id), parseNoticeRow(row)]))
      const told = found.flatMap((row): StoredNotice[] => {
        const record = parseRow(row)
        const content = decide(record, lastOf.get(record.id) ?? null, situation.now)
        return content === null ? [] : [{ keyId: record.id, organizationId, kind, ...content, at: situation.now }]
      })
      if (told.length === 0) return { writes: [], result: told }
      const writes = [
        ...advance(situation, asked, { keyId: null, audit: [], created: 0 }),
        insertNotices(told.map((notice) => noticeRow(notice, isHanded))),
      ]
      return { writes, result: told }
    },
  )
}

function insertNotices(rows: readonly NoticeRow[]): Sql {
  return sql`insert into api_key_notices (key_id, kind, organization_id, about, days, at, next_at, claim)
    select value ->> 'key_id', value ->> 'kind', value ->> 'organization_id', value ->> 'about', value ->> 'days', value ->> 'at',
    value ->> 'next_at', null from ${list(rows)} where true
    on conflict (key_id, kind) do update set about = excluded.about, days = excluded.days, at = excluded.at,
    next_at = excluded.next_at, claim = null`
}
