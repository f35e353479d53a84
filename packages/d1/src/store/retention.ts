import { emptyChain, madeHere, requestMemoryMs, type StoreRetention, sumOf, wholeNumberOf } from '@keywright/core/store'
import type { Database, Row } from '../driver/database.js'
import { now } from '../sql/parts.js'
import { raw, type Sql, sql } from '../sql/sql.js'
import { addUpDays, isHour } from './add-up-days.js'
import { advance } from './advance.js'
import { archived } from './archived.js'
import { loadOrganizations } from './organizations.js'
import { readSituation, selectSituation } from './situation.js'
import { batchMemoryMs } from './usage.js'

/** How old rows are removed. */
export function retentionMethods(db: Database): StoreRetention {
  return {
    organizations: (page) => loadOrganizations(db, page),

    async auditStart(organizationId) {
      const [rows] = await db.read([selectStart(organizationId)])
      return readStart(rows?.[0])
    },

    moveAuditStart({ organizationId, from, to, record, auditKey }) {
      const asked = { quota: null, auditKey }
      const last = sql`select hash from api_key_audit where organization_id = ${organizationId} and seq = ${to.seq}`
      return db.change(
        [selectSituation(organizationId, '', asked), selectStart(organizationId), last],
        ([rows, starts, records]) => {
          const start = readStart(starts?.[0])
          const isSame = start.seq === from.seq && start.hash === from.hash && from.seq < to.seq
          if (!isSame || records?.[0]?.hash !== to.hash) return { writes: [], result: false }
          const situation = readSituation(rows?.[0], organizationId, asked)
          const move = sql`insert into api_key_audit_starts (organization_id, seq, hash, at)
            values (${organizationId}, ${to.seq}, ${to.hash}, ${situation.now.getTime()})
            on conflict (organization_id) do update set seq = excluded.seq, hash = excluded.hash, at = excluded.at`
          return {
            writes: [...advance(situation, asked, { keyId: null, audit: [record], created: 0 }), move],
            result: true,
          }
        },
      )
    },

    sweepAudit: ({ organizationId, limit }) =>
      removed(
        db,
        sql`delete from api_key_audit where organization_id = ${organizationId} and seq in (
          select seq from api_key_audit where organization_id = ${organizationId} and seq <= ${archived(organizationId)}
          order by seq limit ${limit}) returning 1`,
      ),

    addUpDays: (request) => addUpDays(db, request),

    async removeTombstones({ organizationId, before, limit }) {
      const ids = sql`select id from api_keys where ${isOldTombstone(organizationId, before)} order by id limit ${limit}`
      const [, , , , , , keys] = await db.write([
        sql`delete from api_key_budgets where organization_id = ${organizationId} and holder = 'key' and id in (${ids})`,
        sql`delete from api_key_rotations where key_id in (${ids})`,
        sql`delete from api_key_previous_uses where key_id in (${ids})`,
        sql`delete from api_key_notices where key_id in (${ids})`,
        sql`delete from api_key_terms where key_id in (${ids})`,
        sql`delete from api_key_last_uses where key_id in (${ids})`,
        sql`delete from api_keys where id in (${ids}) returning 1`,
      ])
      return keys?.length ?? 0
    },

    async forgetIds(limit) {
      const requests = await forget(db, 'api_key_requests', requestMemoryMs, limit)
      return requests + (await forget(db, 'api_key_usage_batches', batchMemoryMs, limit - requests))
    },

    async countOld({ organizationId, hoursBefore, deletedBefore }) {
      const before = hoursBefore?.getTime() ?? 0
      const old = sql`organization_id = ${organizationId} and hour < ${before} and ${isHour}`
      const tombstones = deletedBefore === null ? sql`1 = 0` : isOldTombstone(organizationId, deletedBefore)
      const [counts] = await db.read([
        sql`select (select count(*) from api_key_usage where ${old})
          + (select count(*) from api_key_refusals where ${old}) as hours,
          (select count(*) from api_keys where ${tombstones}) as tombstones`,
      ])
      return {
        hours: hoursBefore === null ? 0 : sumOf(counts?.[0]?.hours, 'hour'),
        tombstones: sumOf(counts?.[0]?.tombstones, 'id'),
      }
    },
  }
}

function selectStart(organizationId: string): Sql {
  return sql`select seq, hash from api_key_audit_starts where organization_id = ${organizationId}`
}

function readStart(row: Row | undefined): typeof emptyChain {
  return row === undefined ? emptyChain : { seq: wholeNumberOf(row.seq, 'seq'), hash: String(row.hash) }
}

/** An imported secret must not be imported again, so the tombstone of its key stays. */
function isOldTombstone(organizationId: string, before: Date): Sql {
  return sql`organization_id = ${organizationId} and status = 'deleted' and deleted_at < ${before.getTime()}
    and lookup_digest like ${`${madeHere}%`}`
}

async function forget(
  db: Database,
  table: 'api_key_requests' | 'api_key_usage_batches',
  memoryMs: number,
  limit: number,
): Promise<number> {
  return removed(
    db,
    sql`delete from ${raw(table)} where id in (select id from ${raw(table)} where at < ${now} - ${memoryMs}
      order by at limit ${limit}) returning 1`,
  )
}

async function removed(db: Database, statement: Sql): Promise<number> {
  const [rows] = await db.write([statement])
  return rows?.length ?? 0
}
