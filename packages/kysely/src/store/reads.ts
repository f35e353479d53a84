import type { KeyStore } from '@keywright/core/store'
import { sql } from 'kysely'
import { parseRow } from '../tables/columns.js'
import { instantOf } from '../tables/whole-number.js'
import type { StoreContext } from './context.js'
import { keyReader } from './key-reader.js'
import { lastUseOf } from './last-use.js'
import { pageOfKeys } from './page-of-keys.js'

/** Keys, one by one and in pages, and the engine's clock. */
export function readMethods({
  db,
  tables,
  dialect,
  requireSchema,
}: StoreContext): Pick<KeyStore, 'find' | 'findByLookupDigest' | 'now' | 'list'> {
  const { now } = dialect
  const reader = keyReader(db, tables.api_keys, dialect.lookupBy)
  return {
    async find(id, wanted) {
      await requireSchema()
      if (wanted?.lastUse !== true) return reader.find(id)
      const row = await db
        .selectFrom(tables.api_keys)
        .selectAll()
        .select([now.as('now'), lastUseOf(tables).as('used_at')])
        .where('id', '=', id)
        .executeTakeFirst()
      return row === undefined ? null : { record: parseRow(row), now: instantOf(row.now, 'now') }
    },

    async findByLookupDigest(digests) {
      await requireSchema()
      return reader.findByLookupDigest(digests)
    },

    async now() {
      const { rows } = await sql<{ now: number }>`select ${now} as now`.execute(db)
      return instantOf(rows[0]?.now, 'now')
    },

    async list(query) {
      await requireSchema()
      const rows = await db
        .selectFrom(pageOfKeys(db, tables, query, now).as('page'))
        .innerJoin(`${tables.api_keys} as key`, 'key.id', 'page.id')
        .selectAll('key')
        .select([now.as('now'), lastUseOf(tables, 'key').as('used_at')])
        .orderBy('page.created_at', query.order ?? 'desc')
        .orderBy('page.id', query.order ?? 'desc')
        .execute()
      const [first] = rows
      return {
        records: rows.map((row) => parseRow(row)),
        now: first === undefined ? new Date() : instantOf(first.now, 'now'),
      }
    },
  }
}
