import type { KeyFilter, KeyStore, StoredKeyPage, StoredKeyQuery } from '@keywright/core/store'
import { sql } from 'kysely'
import { parseRow, type Row } from '../tables/columns.js'
import { lastUseOf, previousUseOf } from '../tables/last-use-of.js'
import { instantOf, sumOf, wholeNumberOf } from '../tables/whole-number.js'
import type { StoreContext } from './context.js'
import { findFew } from './few-keys.js'
import { keysThatMeet, pageAmong, pageInOrder } from './page-of-keys.js'

/** Pages of keys. */
export function listMethods({ reading }: StoreContext): Pick<KeyStore, 'list' | 'count'> {
  return {
    list: (query) => reading((on) => loadPage(on, query)),
    count: (filter, most) => reading((on) => loadCount(on, filter, most)),
  }
}

async function loadPage(context: StoreContext, query: StoredKeyQuery): Promise<StoredKeyPage> {
  const { db, tables, dialect } = context
  const { sort = 'created', order = 'desc' } = query
  const few = await findFew(context, query, { sort, limit: query.limit })
  const page = few === null ? pageInOrder(context, query) : pageAmong(context, query, few)
  const direction = sql.raw(order)
  const { rows } = await sql<Row & { readonly now: unknown; readonly place: unknown }>`
    select ${sql.ref('key')}.*, page.place, ${dialect.now} as now, ${lastUseOf(tables, 'key')} as used_at,
    ${previousUseOf(tables, 'key')} as previous_used_at
    from (${page}) as page inner join ${sql.table(tables.api_keys)} as ${sql.ref('key')} on ${sql.ref('key.id')} = page.id
    order by page.place ${direction}, page.id ${direction}`.execute(db)
  const [first] = rows
  return {
    records: rows.map((row) => parseRow(sort === 'lastUsed' ? { ...row, ...lastUseIn(row.place) } : row)),
    now: first === undefined ? new Date() : instantOf(first.now, 'now'),
  }
}

async function loadCount(context: StoreContext, filter: KeyFilter, most: number): Promise<number> {
  const few = await findFew(context, filter, { sort: null, limit: most })
  const { rows } = await sql<{ readonly keys: unknown }>`
    select count(*) as ${sql.ref('keys')} from (${keysThatMeet(context, filter, few, most)}) as met`.execute(context.db)
  return Math.min(sumOf(rows[0]?.keys, 'count'), most)
}

/** What a list was sorted by is what it shows: a use that another process writes meanwhile comes with the next page. */
function lastUseIn(place: unknown): Pick<Row, 'last_used_at' | 'used_at'> {
  const at = wholeNumberOf(place, 'last_used_at')
  return { last_used_at: null, used_at: at === 0 ? null : at }
}
