import { type DaysRequest, dayMs, hourMs, lateHoursMs, placeOfDay, type StoreRetention } from '@keywright/core/store'
import { type RawBuilder, type SqlBool, sql, type Transaction } from 'kysely'
import type { KeyTables } from '../tables/key-tables.js'
import { wholeNumberOf } from '../tables/whole-number.js'
import type { StoreContext } from './context.js'
import { all, any } from './key-conditions.js'

/** A table of counts by the hour. */
interface Counts {
  readonly table: 'api_key_usage' | 'api_key_refusals'
  /** What is counted apart, beside hours. */
  readonly names: readonly ('key_id' | 'code')[]
  /** Whether it knows of last uses. */
  readonly hasLastUse: boolean
}

const uses: Counts = { table: 'api_key_usage', names: ['key_id'], hasLastUse: true }
const refusals: Counts = { table: 'api_key_refusals', names: ['key_id', 'code'], hasLastUse: false }

/** The tables whose hours become days. */
export const countTables: readonly Counts[] = [uses, refusals]

/** A row of such a table, as the driver returns it. */
type Row = Readonly<Record<'key_id' | 'code', string>> & Readonly<Record<'hour' | 'count' | 'last_used_at', unknown>>

/** See {@link StoreRetention.addUpDays}. */
export async function addUpDays(
  context: StoreContext,
  { organizationId, from, before, limit }: DaysRequest,
): ReturnType<StoreRetention['addUpDays']> {
  let hours = 0
  let next: number | null = null
  for (const counts of countTables) {
    const begin = from?.getTime() ?? (await findBegin(context, counts, { organizationId, before }))
    const found = await findHours(context, counts, { organizationId, from: begin, before, limit })
    const last = found.at(-1)
    if (last === undefined) continue
    hours += await context.transaction((trx) => addUp(context, trx, counts, organizationId, found))
    // They come by the hour, so all before the last one are done.
    if (found.length === limit) next = Math.min(next ?? Infinity, wholeNumberOf(last.hour, 'hour'))
  }
  return { hours, next: next === null ? null : new Date(next) }
}

/** Whether a row is one of an hour, and not of a day. */
export const isHour: RawBuilder<SqlBool> = sql<SqlBool>`(${sql.ref('hour')} % ${sql.lit(hourMs)} = 0)`

/** Where hours may be that no run has added up. All days would have to be read to look for older ones. */
async function findBegin(
  { tables, changing }: StoreContext,
  { table }: Counts,
  { organizationId, before }: Pick<DaysRequest, 'organizationId' | 'before'>,
): Promise<number> {
  const hour = sql.ref('hour')
  const query = sql<Row>`select ${hour} from ${sql.table(tables[table])} where organization_id = ${organizationId}
    and ${hour} < ${before.getTime()} and not ${isHour} order by ${hour} desc limit 1`
  const [newest] = (await changing((on) => query.execute(on))).rows
  return newest === undefined ? 0 : Math.max(0, wholeNumberOf(newest.hour, 'hour') - lateHoursMs)
}

async function findHours(
  { tables, changing }: StoreContext,
  { table, names }: Counts,
  { organizationId, from, before, limit }: Omit<DaysRequest, 'from'> & { readonly from: number },
): Promise<readonly Row[]> {
  const hour = sql.ref('hour')
  const asked = [
    sql<SqlBool>`organization_id = ${organizationId}`,
    sql<SqlBool>`${hour} >= ${from}`,
    sql<SqlBool>`${hour} < ${before.getTime()}`,
    isHour,
  ]
  const columns = sql.join([...names, 'hour'].map((name) => sql.ref(name)))
  const query = sql<Row>`select ${columns} from ${sql.table(tables[table])} where ${all(asked)}
    order by ${hour} limit ${sql.lit(limit)}`
  return (await changing((on) => query.execute(on))).rows
}

async function addUp(
  { tables, dialect }: StoreContext,
  trx: Transaction<KeyTables>,
  counts: Counts,
  organizationId: string,
  found: readonly Row[],
): Promise<number> {
  const table = sql.table(tables[counts.table])
  const count = sql.ref('count')
  const those = (rows: readonly Row[]) =>
    all([sql<SqlBool>`organization_id = ${organizationId}`, isOneOf(counts.names, rows)])
  // A write without effect takes the lock that SQLite has; the others lock what they read.
  await sql`update ${table} set ${count} = ${count} where ${those(found)}`.execute(trx)
  const lock = dialect.name === 'sqlite' ? sql`` : sql`for update`
  const { rows } = await sql<Row>`select * from ${table} where ${those(found)} ${lock}`.execute(trx)
  if (rows.length === 0) return 0 // another call was faster
  const latestUses = counts.hasLastUse ? await loadLatestUses(trx, table, organizationId, rows) : new Map()
  const days = daysOf(counts, organizationId, rows, latestUses)
  await dialect
    .orChange(trx.insertInto(tables[counts.table] as 'api_key_usage').values(days), {
      table: tables[counts.table],
      keys: ['organization_id', ...counts.names, 'hour'],
      changes: (there, coming) => ({
        count: sql`${there('count')} + ${coming('count')}`,
        ...(counts.hasLastUse ? { last_used_at: latest(there('last_used_at'), coming('last_used_at')) } : {}),
      }),
    })
    .execute()
  // Those that were read alone: an hour may have come meanwhile.
  await sql`delete from ${table} where ${those(rows)}`.execute(trx)
  return rows.length
}

/**
 * When the keys of some hours were last used on the last day among them, of which more hours may follow: the row of a day is read before
 * those of its hours.
 */
async function loadLatestUses(
  trx: Transaction<KeyTables>,
  table: RawBuilder<unknown>,
  organizationId: string,
  rows: readonly Row[],
): Promise<LatestUses> {
  const day = Math.max(...rows.map(({ hour }) => placeOfDay(wholeNumberOf(hour, 'hour'))))
  const ofDay = rows.filter(({ hour }) => placeOfDay(wholeNumberOf(hour, 'hour')) === day)
  const hour = sql.ref('hour')
  const last = sql.ref('last_used_at')
  const asked = all([
    sql<SqlBool>`organization_id = ${organizationId}`,
    sql<SqlBool>`key_id in (${sql.join([...new Set(ofDay.map(({ key_id }) => key_id))])})`,
    sql<SqlBool>`${hour} > ${day - dayMs}`,
    sql<SqlBool>`${hour} < ${day}`,
  ])
  const query = sql<Row>`select key_id, max(${last}) as ${last} from ${table} where ${asked} group by key_id`
  const found = (await query.execute(trx)).rows.filter(({ last_used_at }) => last_used_at !== null)
  return new Map(
    found.map(({ key_id, last_used_at }) => [nameOf([key_id, day]), wholeNumberOf(last_used_at, 'last_used_at')]),
  )
}

/** By the key and the place of the day. */
type LatestUses = ReadonlyMap<string, number>

function nameOf(parts: readonly unknown[]): string {
  return JSON.stringify(parts)
}

/** The rows of some hours, by their keys. */
function isOneOf(names: Counts['names'], rows: readonly Row[]): RawBuilder<SqlBool> {
  const hoursOf = new Map<string, { readonly row: Row; readonly hours: unknown[] }>()
  for (const row of rows) {
    const name = nameOf(names.map((column) => row[column]))
    const of = hoursOf.get(name) ?? { row, hours: [] }
    hoursOf.set(name, of)
    of.hours.push(row.hour)
  }
  return any(
    [...hoursOf.values()].map(({ row, hours }) =>
      all([
        ...names.map((name) => sql<SqlBool>`${sql.ref(name)} = ${row[name]}`),
        sql<SqlBool>`${sql.ref('hour')} in (${sql.join(hours)})`,
      ]),
    ),
  )
}

/** One row for each day, in the same order everywhere, so that two calls cannot deadlock. */
function daysOf(
  { names, hasLastUse }: Counts,
  organizationId: string,
  rows: readonly Row[],
  latestUses: LatestUses,
): readonly KeyTables['api_key_usage'][] {
  const days = new Map<string, { readonly row: Row; readonly hour: number; count: number; last: number | null }>()
  for (const row of rows) {
    const hour = placeOfDay(wholeNumberOf(row.hour, 'hour'))
    const name = nameOf([...names.map((column) => row[column]), hour])
    const day = days.get(name) ?? { row, hour, count: 0, last: latestUses.get(name) ?? null }
    days.set(name, day)
    day.count += wholeNumberOf(row.count, 'count')
    // Versions before counted without it.
    if (hasLastUse && row.last_used_at !== null) {
      day.last = Math.max(day.last ?? 0, wholeNumberOf(row.last_used_at, 'last_used_at'))
    }
  }
  const sorted = [...days].sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(
    ([, { row, hour, count, last }]) =>
      ({
        organization_id: organizationId,
        ...Object.fromEntries(names.map((column) => [column, row[column]])),
        hour,
        count,
        ...(hasLastUse ? { last_used_at: last } : {}),
      }) as KeyTables['api_key_usage'], // or, with the columns of `names`, of the other table
  )
}

/** The later of two instants, of which versions before knew none. */
function latest(there: RawBuilder<unknown>, coming: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`case when ${coming} is null or ${there} > ${coming} then ${there} else ${coming} end`
}
