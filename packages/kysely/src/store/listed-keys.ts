import type { KeyRecord } from '@keywright/core'
import { sortName } from '@keywright/core/store'
import type { Transaction } from 'kysely'
import type { KeyTable, KeyTables } from '../tables/key-tables.js'
import { deleteTerms, insertTerms } from '../tables/term-rows.js'
import type { StoreContext } from './context.js'

/** The columns of a key that only lists read. */
export function listedColumns({ name, version }: Pick<KeyTable, 'name' | 'version'>): {
  sort_name: string
  listed: number
  tagged: number
} {
  return { sort_name: sortName(name), listed: version, tagged: version }
}

/** Puts a new key where lists look for it. */
export async function addToLists(
  { tables, dialect }: StoreContext,
  trx: Transaction<KeyTables>,
  record: KeyRecord,
  organizationId: string,
): Promise<void> {
  await insertTerms(trx, tables, [{ record, organizationId }])
  const unused = { key_id: record.id, organization_id: organizationId, last_used_at: 0 }
  await dialect.orKeep(trx.insertInto(tables.api_key_last_uses).values(unused), 'key_id').execute()
}

/** Changes by what lists find a key. Its last use stays where it is, also for a tombstone: a flush may hold it. */
export async function changeLists(
  { tables }: StoreContext,
  trx: Transaction<KeyTables>,
  { record, organizationId }: { readonly record: KeyRecord; readonly organizationId: string },
): Promise<void> {
  await deleteTerms(trx, tables, [record.id])
  await insertTerms(trx, tables, [{ record, organizationId }])
}
