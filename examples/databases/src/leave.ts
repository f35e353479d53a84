import type { Keyring } from '@keywright/core'
import type { Kysely } from 'kysely'
import type { Tables } from './sign-up.js'

/** Removes a user and revokes a key, or neither. */
export async function leave(db: Kysely<Tables>, keyring: Keyring, id: string, keyId: string): Promise<void> {
  const trx = await db.startTransaction().execute()
  const keys = keyring.inTransaction(trx)
  try {
    await trx.deleteFrom('users').where('id', '=', id).execute()
    await keys.revoke(keyId)
    await trx.commit().execute()
  } catch (error) {
    await trx.rollback().execute()
    throw error
  } finally {
    keys.ended()
  }
}
