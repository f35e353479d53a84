import { dayMs, hourMs, instantOf, type KeyStore, sumOf, type UsageRequest } from '@keywright/core/store'
import type { Database, Row } from '../driver/database.js'
import { all, list } from '../sql/parts.js'
import { raw, type Sql, sql } from '../sql/sql.js'
import { isHour } from './add-up-days.js'
import { ownedBy } from './owned-by.js'

type Reads = Pick<KeyStore, 'listUsage' | 'listKeyUsage' | 'listRefusals' | 'topKeys'>

/** How often keys were used, and refused. */
export function usageReads(db: Database): Reads {
  const load = async (statement: Sql): Promise<readonly Row[]> => (await db.read([statement]))[0] ?? []
  return {
    async listUsage({ keyId, ...request }) {
      const conditions = [...isIn(request), ...(keyId === undefined ? [] : [sql`key_id = ${keyId}`])]
      const rows = await load(sql`select ${beginOf(request)} as begins, sum(count) as counted from api_key_usage
        where ${all(conditions)} group by 1 order by 1`)
      return rows.map(hourOfRow)
    },

    async listKeyUsage({ keyIds, ...request }) {
      const rows = await load(sql`select key_id, ${beginOf(request)} as begins, sum(count) as counted from api_key_usage
        where ${all([...isIn(request), isOneOf(keyIds)])} group by 1, 2`)
      return rows.map((row) => ({ keyId: String(row.key_id), ...hourOfRow(row) }))
    },

    async listRefusals({ keyIds, ...request }) {
      const ofKeys = keyIds === undefined ? [] : [isOneOf(keyIds)]
      const id = raw(keyIds === undefined ? 'null' : 'key_id')
      const rows = await load(sql`select ${id} as of_key, code, ${beginOf(request)} as begins, sum(count) as counted
        from api_key_refusals where ${all([...isIn(request), ...ofKeys])} group by 1, 2, 3`)
      return rows.map((row) => ({
        keyId: row.of_key === null ? null : String(row.of_key),
        code: String(row.code),
        ...hourOfRow(row),
      }))
    },

    async topKeys({ owner, limit, ...request }) {
      const ofOwner =
        owner === undefined ? [] : [sql`key_id in (select k.id from api_keys as k where ${all(ownedBy(owner))})`]
      const rows = await load(sql`select key_id, sum(count) as counted from api_key_usage
        where ${all([...isIn({ ...request, bucketMs: dayMs }), ...ofOwner])} group by key_id order by counted desc, key_id limit ${limit}`)
      return rows.map((row) => ({ keyId: String(row.key_id), count: sumOf(row.counted, 'count') }))
    },
  }
}

/** When the hour or the day of a row begins. */
function beginOf({ bucketMs = hourMs }: Pick<UsageRequest, 'bucketMs'>): Sql {
  return raw(bucketMs === hourMs ? 'hour' : `hour - (hour % ${bucketMs})`)
}

function isIn({ organizationId, from, to, bucketMs = hourMs }: Omit<UsageRequest, 'keyId'>): readonly Sql[] {
  const end = to.getTime()
  // A day that was added up stands at its end, and counts as a whole.
  const ofDays = [sql`hour < ${Math.ceil(end / dayMs) * dayMs}`, sql`(hour < ${end} or not ${isHour})`]
  return [
    sql`organization_id = ${organizationId}`,
    sql`hour >= ${from.getTime()}`,
    ...(bucketMs === hourMs ? [sql`hour < ${end}`, isHour] : ofDays),
  ]
}

function isOneOf(keyIds: readonly string[]): Sql {
  return sql`key_id in (select value from ${list(keyIds)})`
}

function hourOfRow({ begins, counted }: Row): { readonly hour: Date; readonly count: number } {
  return { hour: instantOf(begins, 'hour'), count: sumOf(counted, 'count') }
}
