import { testKeyStore } from '@keywright/testkit'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { describeFully } from '../../../test/support/everything.js'
import { kyselyStore, migrateToLatest, postgresPool } from '../src/index.js'
import { neonPool } from './drivers/neon-pool.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { engines } from './engines.js'

const { url } = engines.find(({ name }) => name === 'PostgreSQL') ?? expect.unreachable()

describeFully('the driver of Neon, over WebSockets to PostgreSQL', () => {
  const pool = neonPool(url ?? '', 10)
  const db = new Kysely<object>({
    dialect: new PostgresDialect({ pool: postgresPool(pool, { prepare: true, answerTimeoutMs: 60_000 }) }),
  })
  const tables = { tablePrefix: newPrefix() }
  testKeyStore({
    name: 'Neon',
    open: async () => {
      await migrateToLatest(db, tables)
      return kyselyStore(db, tables)
    },
  })
  describe('a connection that is cut', () => {
    it('fails one statement, and the pool goes on', async () => {
      const store = kyselyStore(db, tables)
      const before = await store.now()
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and query like ${`%${tables.tablePrefix}%`}`
        .execute(db)
        .catch(() => {})
      await expect.poll(() => store.now().catch(() => before)).not.toEqual(before)
    })
  })
  afterAll(async () => {
    await dropTables(db, tables.tablePrefix)
    await db.destroy()
  })
})
