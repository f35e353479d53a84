import { sortName } from '@keywright/core/store'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { KeyDatabase } from '../dialect/key-database.js'
import { parseRow } from '../tables/columns.js'
import { greater } from '../tables/greater.js'
import type { KeyTables } from '../tables/key-tables.js'
import { lastUseOf } from '../tables/last-use-of.js'
import type { TableNames } from '../tables/table-names.js'
import { deleteTerms, insertTerms } from '../tables/term-rows.js'
import { sumOf } from '../tables/whole-number.js'
import { retryWhenBusy } from '../transactions/retry-when-busy.js'
import { runTransaction } from '../transactions/run-transaction.js'

/** The keys of one transaction: it is over before a request would notice. */
const batchSize = 200

/**
 * Puts keys where lists look for them: those from before `0008-create-key-terms`, and those that processes of the version before
 * have added since. Each batch is a transaction of its own, and holds no more keys in memory. Stopped, it goes on where it was.
 */
export async function fillLists({ db, dialect }: KeyDatabase, tables: TableNames): Promise<void> {
  while (true) {
    const unlisted = await findUnlisted(db, tables, batchSize)
    if (unlisted.length === 0) return
    const work = (trx: Kysely<KeyTables>) => listKeys({ db: trx, dialect }, tables, unlisted)
    await (db.isTransaction ? work(db) : retryWhenBusy(dialect.isBusy, () => runTransaction(db, dialect, work), 10))
  }
}

/** The first keys, by id, that some lists do not find. */
export async function findUnlisted(db: Kysely<KeyTables>, tables: TableNames, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom(tables.api_keys)
    .select('id')
    .where('listed', '=', 0)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

async function listKeys(
  { db: trx, dialect }: { readonly db: Kysely<KeyTables> | Transaction<KeyTables> } & Pick<KeyDatabase, 'dialect'>,
  tables: TableNames,
  ids: readonly string[],
): Promise<void> {
  // A write without effect takes the lock of each key, so that none is changed between the read and the write.
  const ofBatch = trx.updateTable(tables.api_keys).where('id', 'in', ids)
  await ofBatch.set((eb) => ({ version: eb.ref('version') })).execute()
  const rows = await trx
    .selectFrom(tables.api_keys)
    .selectAll()
    .select(lastUseOf(tables).as('used_at'))
    .where('id', 'in', ids)
    .where('listed', '=', 0) // as another process may have done meanwhile
    .orderBy('id')
    .execute()
  if (rows.length === 0) return
  const keys = rows.map((row) => ({ record: parseRow(row), organizationId: row.organization_id }))
  await deleteTerms(trx, tables, ids)
  await insertTerms(trx, tables, keys)
  const lastUses = rows
    .filter(({ status }) => status !== 'deleted')
    .map(({ id, organization_id, last_used_at, used_at }) => {
      const at = Math.max(sumOf(last_used_at, 'last_used_at'), sumOf(used_at, 'last_used_at'))
      return { key_id: id, organization_id, last_used_at: at }
    })
  if (lastUses.length > 0) {
    const insert = trx.insertInto(tables.api_key_last_uses).values(lastUses)
    await dialect
      .orChange(insert, {
        table: tables.api_key_last_uses,
        keys: ['key_id'],
        changes: (there, coming) => ({ last_used_at: greater(there('last_used_at'), coming('last_used_at')) }),
      })
      .execute()
  }
  const names = keys.map(({ record }) => sql`when ${record.id} then ${sortName(record.name)}`)
  await ofBatch
    .set({ sort_name: sql<string>`case id ${sql.join(names, sql` `)} else sort_name end`, listed: 1 })
    .execute()
}
