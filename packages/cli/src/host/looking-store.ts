import type { KeyStore } from '@keywright/core/store'
import type { Kysely } from 'kysely'
import type { TablePlace } from './place.js'

/**
 * The store of a keyring that was made of a database alone. What the first process of a pepper writes down would be taken for the
 * truth, and a renewed hash for the right one: so a program that was given some pepper by hand writes neither.
 */
export function lookingStore(store: KeyStore, db: Kysely<object>, { tablePrefix = '', schema }: TablePlace): KeyStore {
  const place = (schema === undefined ? db : db.withSchema(schema)) as Kysely<Record<string, CheckRow>> // of one table alone
  return {
    ...store,
    replaceHash: async () => false,
    checkValue: async (name, value) => {
      const kept = await place
        .selectFrom(`${tablePrefix}api_key_checks`)
        .select('value')
        .where('name', '=', name)
        .executeTakeFirst()
      return kept?.value ?? value
    },
  }
}

interface CheckRow {
  readonly name: string
  readonly value: string
}
