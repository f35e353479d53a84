import type { KeyRecord } from '@keywright/core'
import { sortName, termsOf } from '@keywright/core/store'
import type { Kysely } from 'kysely'
import type { KeyTables, TermTable } from './key-tables.js'
import type { TableNames } from './table-names.js'

/** Rows of one statement: engines bound its parameters. */
const maxRows = 1_000

type Termed = Parameters<typeof termsOf>[0] & Pick<KeyRecord, 'id'>

/** Whether lists find two states of a key by the same terms, and in the same place by name. */
export function isListedAlike(a: Termed, b: Termed): boolean {
  return sortName(a.name) === sortName(b.name) && JSON.stringify(termsOf(a)) === JSON.stringify(termsOf(b))
}

/** Adds the terms of keys of an organisation. Within the transaction that makes or changes them. */
export async function insertTerms(
  trx: Kysely<KeyTables>,
  { api_key_terms: table }: TableNames,
  keys: readonly { readonly record: Termed; readonly organizationId: string }[],
): Promise<void> {
  const rows = keys.flatMap(({ record, organizationId }) =>
    termsOf(record).map(({ kind, term }): TermTable => {
      return { organization_id: organizationId, kind, term, key_id: record.id }
    }),
  )
  for (let at = 0; at < rows.length; at += maxRows)
    await trx
      .insertInto(table)
      .values(rows.slice(at, at + maxRows))
      .execute()
}

/** Takes away all terms of keys. */
export async function deleteTerms(
  trx: Kysely<KeyTables>,
  { api_key_terms: table }: TableNames,
  ids: readonly string[],
): Promise<void> {
  await trx.deleteFrom(table).where('key_id', 'in', ids).execute()
}
