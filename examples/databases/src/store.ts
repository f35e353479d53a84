import type { KeyStore } from '@keywright/core/store'
import { kyselyStore, migrateToLatest } from '@keywright/kysely'
import type { Kysely } from 'kysely'

/** To be run at each deployment, before the new version starts, by a user who may make tables. */
export async function deploy(db: Kysely<object>): Promise<void> {
  const ran = await migrateToLatest(db, { tablePrefix: 'auth_' })
  console.log(ran.length === 0 ? 'The key tables were up to date' : `Ran ${ran.join(', ')}`)
}

/** What `createKeyring` takes as its `store`. */
export function openStore(db: Kysely<object>): KeyStore {
  return kyselyStore(db, { tablePrefix: 'auth_' })
}
