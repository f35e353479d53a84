import type { Keyring, KeyringInTransaction, Owner } from '@keywright/core'
import { auditOf, type TestKeyringOptions, type testAccess, testKeyring } from '@keywright/testkit'
import type { Kysely, Transaction } from 'kysely'
import { expect } from 'vitest'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, type Engine } from './engines.js'

/** The tables of a host, and what its tests read of ours. */
export type Tables = {
  users: { id: string }
  api_key_counters: { organization_id: string; touched: number }
  api_key_checks: { name: string }
}

/** What `inTransaction` gives. */
export type Keys = KeyringInTransaction<typeof testAccess>

/** Makes a transaction roll back. */
export class Abandoned extends Error {}

/** A database with a table of the host's, and a keyring whose plan has three keys for each organization. */
export async function openWorld(engine: Engine, options: Parameters<typeof connect>[1] = {}) {
  const plain = await connect(engine, options)
  if (plain === null) return expect.unreachable(`Nothing answers at ${engine.url}`)
  const db = plain.withTables<Tables>()
  const prefix = newPrefix()
  const tables = { tablePrefix: prefix }
  await migrateToLatest(db, tables)
  const users = `${prefix}users` as 'users' // the same column
  await db.schema
    .createTable(users)
    .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
    .execute()
  const store = kyselyStore(db, tables)
  const plan = { plans: { free: { maxKeys: 3 } }, resolvePlan: () => 'free' } as const
  const patient = { verifyTimeoutMs: 20_000 } // on a busy machine, too
  const open = (more: TestKeyringOptions = {}): Keyring<typeof testAccess> =>
    testKeyring({ store: kyselyStore(db, tables), ...plan, ...patient, imports: {}, ...more }).keyring
  const keyring = open({ store })
  const close = async () => {
    await dropTables(plain, prefix)
    await db.destroy()
  }
  return { db, prefix, users, store, keyring, open, close }
}

export type World = Awaited<ReturnType<typeof openWorld>>

/** The two ways in which Kysely runs a transaction. `work` may throw, to have it rolled back. */
export const ways: Readonly<
  Record<string, <T>(db: Kysely<Tables>, work: (trx: Transaction<Tables>) => Promise<T>) => Promise<T>>
> = {
  'transaction().execute': (db, work) => db.transaction().execute(work),
  startTransaction: async (db, work) => {
    const trx = await db.startTransaction().execute()
    try {
      const result = await work(trx)
      await trx.commit().execute()
      return result
    } catch (error) {
      await trx.rollback().execute()
      throw error
    }
  },
}

let organizations = 0

/** An owner in an organization that no other test uses. */
export function newOwner(): Owner & { readonly organizationId: string } {
  organizations += 1
  return { type: 'user', id: `u${organizations}`, organizationId: `org${organizations}` }
}

/** A key to create. */
export const inputOf = (owner: Owner) => ({ name: 'first', owner, scopes: ['members.read'] }) as const

/** What is stored of an organization, apart from ids and times. */
export async function stateOf({ keyring, store }: Pick<World, 'keyring' | 'store'>, organizationId: string) {
  const { keys } = await keyring.list({ organizationId, order: 'asc' })
  return {
    keys: keys.map(({ status }) => status),
    audit: (await auditOf(store, organizationId)).map(({ type }) => type),
    created: (await keyring.stats({ organizationId })).totalCreated,
    chain: (await keyring.audit.verify({ organizationId })).ok,
  }
}
