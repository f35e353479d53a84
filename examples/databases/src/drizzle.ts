import type { Keyring, Secret } from '@keywright/core'
import { transactionOn } from '@keywright/kysely'
import { drizzle } from 'drizzle-orm/node-postgres'
import { pgTable, varchar } from 'drizzle-orm/pg-core'
import type { Pool } from 'pg'

export const users = pgTable('users', { id: varchar().primaryKey() })

/** Makes a user and their first key, or neither. */
export async function signUp(pool: Pool, keyring: Keyring, id: string): Promise<Secret> {
  const client = await pool.connect()
  try {
    return await drizzle({ client }).transaction(async (tx) => {
      await tx.insert(users).values({ id })
      const owner = { type: 'user', id, organizationId: id } as const
      const { token } = await keyring.inTransaction(transactionOn(client, 'postgres')).create({ name: 'first', owner })
      return token
    })
  } finally {
    client.release()
  }
}
