import { dayMs, hourMs, type KeyStore, type UsageRequest } from '@keywright/core/store'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { instantOf, sumOf } from '../tables/whole-number.js'
import { isHour } from './add-up-days.js'
import type { StoreContext } from './context.js'
import { all, isOf } from './key-conditions.js'

type Reads = Pick<KeyStore, 'listUsage' | 'listKeyUsage' | 'listRefusals' | 'topKeys'>

/** What a statement returns, of which no column was checked. */
type Row = Readonly<Record<'key_id' | 'code', string>> & Readonly<Record<'begins' | 'counted', unknown>>

/** How often keys were used, and refused. */
export function usageReads(context: StoreContext): Reads {
  const { tables, reading } = context
  const usage = sql.table(tables.api_key_usage)
  const load = async (query: RawBuilder<Row>): Promise<readonly Row[]> =>
    (await reading(({ db }) => query.execute(db))).rows
  return {
    async listUsage({ keyId, ...request }) {
      const ofKey = keyId === undefined ? [] : [sql<SqlBool>`key_id = ${keyId}`]
      const rows = await load(sql`select ${beginOf(request)} as begins, ${counted} from ${usage}
        where ${all([...isIn(request), ...ofKey])} group by 1 order by 1`)
      return rows.map(hourOfRow)
    },

    async listKeyUsage({ keyIds, ...request }) {
      if (keyIds.length === 0) return []
      const rows = await load(sql`select key_id, ${beginOf(request)} as begins, ${counted} from ${usage}
        where ${all([...isIn(request), isOneOf(keyIds)])} group by 1, 2`)
      return rows.map((row) => ({ keyId: row.key_id, ...hourOfRow(row) }))
    },

    async listRefusals({ keyIds, ...request }) {
      if (keyIds?.length === 0) return []
      const ofKeys = keyIds === undefined ? [] : [isOneOf(keyIds)]
      const id = keyIds === undefined ? sql`` : sql`key_id, `
      const rows = await load(sql`select ${id}code, ${beginOf(request)} as begins, ${counted}
        from ${sql.table(tables.api_key_refusals)} where ${all([...isIn(request), ...ofKeys])}
        group by ${keyIds === undefined ? sql`1, 2` : sql`1, 2, 3`}`)
      return rows.map((row) => {
        return { keyId: keyIds === undefined ? null : row.key_id, code: row.code, ...hourOfRow(row) }
      })
    },

    async topKeys({ owner, limit, ...request }) {
      const keys = sql`select k.id from ${sql.table(tables.api_keys)} as k where ${all(isOf(owner === undefined ? {} : { owner }, 'k'))}`
      const ofOwner = owner === undefined ? [] : [sql<SqlBool>`key_id in (${keys})`]
      const rows = await load(sql`select key_id, ${counted} from ${usage}
        where ${all([...isIn({ ...request, bucketMs: dayMs }), ...ofOwner])} group by key_id order by counted desc, key_id limit ${sql.lit(limit)}`)
      return rows.map((row) => ({ keyId: row.key_id, count: sumOf(row.counted, 'count') }))
    },
  }
}

const counted = sql`sum(${sql.ref('count')}) as counted`

/** When the hour or the day of a row begins. */
function beginOf({ bucketMs = hourMs }: Pick<UsageRequest, 'bucketMs'>): RawBuilder<number> {
  const hour = sql.ref('hour')
  return bucketMs === hourMs ? sql`${hour}` : sql`${hour} - (${hour} % ${sql.lit(bucketMs)})`
}

function isIn({
  organizationId,
  from,
  to,
  bucketMs = hourMs,
}: Omit<UsageRequest, 'keyId'>): readonly RawBuilder<SqlBool>[] {
  const hour = sql.ref('hour')
  const end = to.getTime()
  // A day that was added up stands at its end, and counts as a whole.
  const ofDays = [
    sql<SqlBool>`${hour} < ${Math.ceil(end / dayMs) * dayMs}`,
    sql<SqlBool>`(${hour} < ${end} or not ${isHour})`,
  ]
  return [
    sql<SqlBool>`organization_id = ${organizationId}`,
    sql<SqlBool>`${hour} >= ${from.getTime()}`,
    ...(bucketMs === hourMs ? [sql<SqlBool>`${hour} < ${end}`, isHour] : ofDays),
  ]
}

function isOneOf(keyIds: readonly string[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`key_id in (${sql.join(keyIds)})`
}

function hourOfRow({ begins, counted }: Row): { readonly hour: Date; readonly count: number } {
  return { hour: instantOf(begins, 'hour'), count: sumOf(counted, 'count') }
}
