import type { Keyring, Secret } from '@keywright/core'
import type { Kysely } from 'kysely'

/** The tables of your product. */
export type Tables = { users: { id: string } }

/** Makes a user and their first key, or neither. The token is shown after the commit. */
export async function signUp(db: Kysely<Tables>, keyring: Keyring, id: string): Promise<Secret> {
  return db.transaction().execute(async (trx) => {
    await trx.insertInto('users').values({ id }).execute()
    const owner = { type: 'user', id, organizationId: id } as const
    const { token } = await keyring.inTransaction(trx).create({ name: 'first', owner })
    return token
  })
}
