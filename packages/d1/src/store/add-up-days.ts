import {
  type DaysRequest,
  dayMs,
  hourMs,
  instantOf,
  lateHoursMs,
  type StoreRetention,
  wholeNumberOf,
} from '@keywright/core/store'
import type { Database, Row } from '../driver/database.js'
import { raw, type Sql, sql } from '../sql/sql.js'

/** Whether a row is one of an hour, and not of a day. */
export const isHour: Sql = { texts: [`(hour % ${hourMs} = 0)`], values: [] }

/** Where a day stands, as `placeOfDay` has it. */
const day: Sql = { texts: [`(hour - hour % ${dayMs} + ${dayMs - 1})`], values: [] }

type CountTable = 'api_key_usage' | 'api_key_refusals'

/** Where hours may be that no run has added up. All days would have to be read to look for older ones. */
async function findBegins(db: Database, organizationId: string, before: Date): Promise<Record<CountTable, number>> {
  const newest = (table: CountTable): Sql =>
    sql`select hour from ${raw(table)} where organization_id = ${organizationId} and hour < ${before.getTime()}
      and not ${isHour} order by hour desc limit 1`
  const [uses, refusals] = await db.read([newest('api_key_usage'), newest('api_key_refusals')])
  const begin = (row: Row | undefined) =>
    row === undefined ? 0 : Math.max(0, wholeNumberOf(row.hour, 'hour') - lateHoursMs)
  return { api_key_usage: begin(uses?.[0]), api_key_refusals: begin(refusals?.[0]) }
}

/** See {@link StoreRetention.addUpDays}. */
export async function addUpDays(
  db: Database,
  { organizationId, from, before, limit }: DaysRequest,
): ReturnType<StoreRetention['addUpDays']> {
  const begins = from === null ? await findBegins(db, organizationId, before) : null
  const old = (table: CountTable) =>
    sql`organization_id = ${organizationId} and hour >= ${begins?.[table] ?? from?.getTime() ?? 0}
      and hour < ${before.getTime()} and ${isHour}`
  // The same rows in two statements: what the first one writes is no hour.
  const first = (table: CountTable): Sql =>
    sql`rowid in (select rowid from ${raw(table)} where ${old(table)} order by hour, rowid limit ${limit})`
  const [, uses, , refusals, left] = await db.write([
    sql`insert into api_key_usage (organization_id, key_id, hour, count, last_used_at)
      select organization_id, key_id, ${day}, sum(count), max(last_used_at) from api_key_usage
      where ${first('api_key_usage')} group by 1, 2, 3
      on conflict (organization_id, key_id, hour) do update set count = count + excluded.count,
      last_used_at = nullif(max(coalesce(last_used_at, 0), coalesce(excluded.last_used_at, 0)), 0)`,
    sql`delete from api_key_usage where ${first('api_key_usage')} returning 1`,
    sql`insert into api_key_refusals (organization_id, key_id, hour, code, count)
      select organization_id, key_id, ${day}, code, sum(count) from api_key_refusals
      where ${first('api_key_refusals')} group by 1, 2, 3, 4
      on conflict (organization_id, key_id, hour, code) do update set count = count + excluded.count`,
    sql`delete from api_key_refusals where ${first('api_key_refusals')} returning 1`,
    sql`select min(hour) as next from (select min(hour) as hour from api_key_usage where ${old('api_key_usage')}
      union all select min(hour) from api_key_refusals where ${old('api_key_refusals')})`,
  ])
  const next = left?.[0]?.next ?? null
  const hours = (uses?.length ?? 0) + (refusals?.length ?? 0)
  return { hours, next: next === null ? null : instantOf(next, 'hour') }
}
