import type { Kysely } from 'kysely'
import { greater } from '../tables/greater.js'
import type { KeyTables, LastUseTable } from '../tables/key-tables.js'
import type { TableNames } from '../tables/table-names.js'
import type { Dialect } from './dialect.js'

/** Moves last uses forward, in rows that lists read and changes of keys do not. A key that has no row gets one. */
export async function moveLastUses(
  trx: Kysely<KeyTables>,
  { dialect, tables }: { readonly dialect: Dialect; readonly tables: TableNames },
  rows: readonly LastUseTable[],
): Promise<void> {
  await dialect
    .orChange(dialect.insertRows(trx, tables.api_key_last_uses, rows), {
      table: tables.api_key_last_uses,
      keys: ['key_id'],
      changes: (there, coming) => ({ last_used_at: greater(there('last_used_at'), coming('last_used_at')) }),
    })
    .execute()
}
