import type { KeyStore } from '@keywright/core/store'
import { sql } from 'kysely'
import { parseRow, type Row } from '../tables/columns.js'
import { lastUseOf } from '../tables/last-use-of.js'
import { instantOf, sumOf, wholeNumberOf } from '../tables/whole-number.js'
import type { StoreContext } from './context.js'
import { findFew } from './few-keys.js'
import { keysThatMeet, pageAmong, pageInOrder } from './page-of-keys.js'

/** Pages of keys. */
export function listMethods(context: StoreContext): Pick<KeyStore, 'list' | 'count'> {
  const { db, tables, dialect, requireSchema } = context
  return {
    async list(query) {
      await requireSchema()
      const { sort = 'created', order = 'desc' } = query
      const few = await findFew(context, query, { sort, limit: query.limit })
      const page = few === null ? pageInOrder(context, query) : pageAmong(context, query, few)
      const direction = sql.raw(order)
      const { rows } = await sql<Row & { readonly now: unknown; readonly place: unknown }>`
        select ${sql.ref('key')}.*, page.place, ${dialect.now} as now, ${lastUseOf(tables, 'key')} as used_at
        from (${page}) as page inner join ${sql.table(tables.api_keys)} as ${sql.ref('key')} on ${sql.ref('key.id')} = page.id
        order by page.place ${direction}, page.id ${direction}`.execute(db)
      const [first] = rows
      return {
        records: rows.map((row) => parseRow(sort === 'lastUsed' ? { ...row, ...lastUseIn(row.place) } : row)),
        now: first === undefined ? new Date() : instantOf(first.now, 'now'),
      }
    },

    async count(filter, most) {
      await requireSchema()
      const few = await findFew(context, filter, { sort: null, limit: most })
      const { rows } = await sql<{ readonly keys: unknown }>`
        select count(*) as ${sql.ref('keys')} from (${keysThatMeet(context, filter, few, most)}) as met`.execute(db)
      return Math.min(sumOf(rows[0]?.keys, 'count'), most)
    },
  }
}

/** What a list was sorted by is what it shows: a use that another process writes meanwhile comes with the next page. */
function lastUseIn(place: unknown): Pick<Row, 'last_used_at' | 'used_at'> {
  const at = wholeNumberOf(place, 'last_used_at')
  return { last_used_at: null, used_at: at === 0 ? null : at }
}
