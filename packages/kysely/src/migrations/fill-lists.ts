import { sortName } from '@keywright/core/store'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { KeyDatabase } from '../dialect/key-database.js'
import { moveLastUses } from '../dialect/move-last-uses.js'
import { parseRow } from '../tables/columns.js'
import type { KeyTables } from '../tables/key-tables.js'
import { lastUseOf } from '../tables/last-use-of.js'
import type { TableNames } from '../tables/table-names.js'
import { deleteTerms, insertTerms } from '../tables/term-rows.js'
import { retryWhenBusy } from '../transactions/retry-when-busy.js'
import { runTransaction } from '../transactions/run-transaction.js'

/** The keys of one transaction: it is over before a request would notice. */
const batchSize = 200

/**
 * The version that lists know of a key. Processes of the version before tell lists of each change without the tags of the key, so of one
 * with tags it is that of its tags.
 */
const known = sql<number>`case when tags is null then listed else tagged end`

/**
 * Puts keys where lists look for them: those from before `0008-create-key-terms`, and those that processes of the version before
 * have added or changed since. Each batch is a transaction of its own, and holds no more keys in memory. Stopped, it goes on where it was.
 */
export async function fillLists({ db, dialect }: KeyDatabase, tables: TableNames): Promise<void> {
  let after = ''
  while (true) {
    const unlisted = await findUnlisted(db, tables, after, batchSize)
    const last = unlisted.at(-1)
    if (last === undefined) return
    after = last
    const work = (trx: Kysely<KeyTables>) => listKeys({ db: trx, dialect }, tables, unlisted)
    await (db.isTransaction ? work(db) : retryWhenBusy(dialect, () => runTransaction(db, dialect, work), 10))
  }
}

/** The keys that are looked at where nothing is mended: their ids are random, so that they stand for all. */
const sample = 100_000

/** Whether lists do not find some key of a sample, or not as it is. */
export async function hasUnlisted(db: Kysely<KeyTables>, tables: TableNames): Promise<boolean> {
  const some = db
    .selectFrom(tables.api_keys)
    .select(['id', known.as('known'), 'version'])
    .orderBy('id')
    .limit(sample)
  const row = await db
    .selectFrom(some.as('some'))
    .select('id')
    .whereRef('known', '!=', 'version')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** The first keys behind an id that some lists do not find, or not as they are: those whose version the lists do not have. */
async function findUnlisted(
  db: Kysely<KeyTables>,
  tables: TableNames,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom(tables.api_keys)
    .select('id')
    .where(known, '!=', sql.ref<number>('version'))
    .where('id', '>', after)
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
    .where(known, '!=', sql.ref<number>('version')) // as another process may have done meanwhile
    .orderBy('id')
    .execute()
  if (rows.length === 0) return
  const keys = rows.map((row) => ({ record: parseRow(row), organizationId: row.organization_id }))
  await deleteTerms(
    trx,
    tables,
    rows.map(({ id }) => id),
  )
  await insertTerms(trx, tables, keys)
  const lastUses = rows
    .filter(({ status }) => status !== 'deleted')
    .map(({ id, organization_id, last_used_at, used_at }) => {
      const at = Math.max(instantOrNever(last_used_at), instantOrNever(used_at))
      return { key_id: id, organization_id, last_used_at: at }
    })
  if (lastUses.length > 0) await moveLastUses(trx, { dialect, tables }, lastUses)
  const names = keys.map(({ record }) => sql`when ${record.id} then ${sortName(record.name)}`)
  await ofBatch
    .set((eb) => ({
      sort_name: sql<string>`case id ${sql.join(names, sql` `)} else sort_name end`,
      listed: eb.ref('version'),
      tagged: eb.ref('version'),
      // A process of the version before erases all else of a key that it deletes.
      tags: sql<string | null>`case status when 'deleted' then null else tags end`,
    }))
    .execute()
}

/** A damaged row stops no migration: verifications name it. */
function instantOrNever(value: unknown): number {
  const at = Number(value)
  return Number.isSafeInteger(at) && at > 0 ? at : 0
}
