import type { KeyStore } from '@keywright/core/store'
import { sql } from 'kysely'
import { parseRow } from '../tables/columns.js'
import { lastUseOf } from '../tables/last-use-of.js'
import { instantOf } from '../tables/whole-number.js'
import type { StoreContext } from './context.js'
import { keyReader } from './key-reader.js'

/** Keys, one by one, and the engine's clock. */
export function readMethods(context: StoreContext): Pick<KeyStore, 'find' | 'findByLookupDigest' | 'now'> {
  const { db, tables, dialect, guarded, reading } = context
  const { now } = dialect
  const reader = keyReader(db, tables.api_keys, dialect.lookupBy)
  return {
    async find(id, wanted) {
      if (wanted?.lastUse !== true) return guarded((guard) => reader.find(id, guard))
      const row = await reading(({ db }) =>
        db
          .selectFrom(tables.api_keys)
          .selectAll()
          .select([now.as('now'), lastUseOf(tables).as('used_at')])
          .where('id', '=', id)
          .executeTakeFirst(),
      )
      return row === undefined ? null : { record: parseRow(row), now: instantOf(row.now, 'now') }
    },

    async findByLookupDigest(digests) {
      return guarded((guard) => reader.findByLookupDigest(digests, guard))
    },

    async now() {
      const { rows } = await sql<{ now: number }>`select ${now} as now`.execute(db)
      return instantOf(rows[0]?.now, 'now')
    },
  }
}
