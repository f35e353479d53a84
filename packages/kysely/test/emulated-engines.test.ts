import { testKeyStore, testWebhookStore } from '@keywright/testkit'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { afterAll, expect, it } from 'vitest'
import { describeFully } from '../../../test/support/everything.js'
import { kyselyStore, kyselyWebhookStore, migrateToLatest, migrationSql, postgresPool } from '../src/index.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { engines } from './engines.js'

const { url } = engines.find(({ name }) => name === 'PostgreSQL') ?? expect.unreachable()

type Level = 'repeatable read' | 'serializable'

/** Connections on which every transaction has this level, whatever it asks for, as on an engine that has no lower one. */
function atLevel(level: Level): { readonly db: Kysely<object>; readonly asked: () => number } {
  let asked = 0
  class Client extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super(config)
      const send = this.query.bind(this) as (...args: unknown[]) => unknown // it has many signatures
      this.query = ((first: unknown, ...rest: unknown[]) => {
        if (first !== 'start transaction isolation level read committed') return send(first, ...rest)
        asked += 1
        return send(`start transaction isolation level ${level}`, ...rest)
      }) as typeof this.query
    }
  }
  const options = `-c default_transaction_isolation=${level.replace(' ', '\\ ')}`
  const pool = new pg.Pool({ connectionString: url ?? '', max: 10, connectionTimeoutMillis: 20_000, options, Client })
  const dialect = new PostgresDialect({ pool: postgresPool(pool, { prepare: true, answerTimeoutMs: 60_000 }) })
  return { db: new Kysely<object>({ dialect }), asked: () => asked }
}

/** Gives each column of whole numbers 8 bytes, which `pg` returns as text. */
async function widenIntegers(db: Kysely<object>, tablePrefix: string): Promise<number> {
  const { rows } = await sql<{ table_name: string; column_name: string }>`
    select table_name, column_name from information_schema.columns
    where table_name like ${`${tablePrefix}%`} and data_type = 'integer'`.execute(db)
  for (const { table_name, column_name } of rows)
    await sql`alter table ${sql.table(table_name)} alter column ${sql.ref(column_name)} type bigint`.execute(db)
  return rows.length
}

interface Emulation {
  readonly like: string
  readonly level: Level
  make(db: Kysely<object>, tablePrefix: string): Promise<void>
}

const emulations: readonly Emulation[] = [
  {
    like: 'YugabyteDB without yb_enable_read_committed_isolation',
    level: 'repeatable read',
    make: async (db, tablePrefix) => {
      await migrateToLatest(db, { tablePrefix })
    },
  },
  {
    like: 'CockroachDB without READ COMMITTED',
    level: 'serializable',
    make: async (db, tablePrefix) => {
      const steps = migrationSql({ dialect: 'postgres', tablePrefix, triggers: false, collations: false })
      for (const statement of steps.flatMap(({ statements }) => statements)) await sql.raw(statement).execute(db)
      expect(await widenIntegers(db, tablePrefix)).toBeGreaterThan(4)
    },
  },
]

for (const { like, level, make } of emulations) {
  describeFully(`PostgreSQL as ${like}`, () => {
    const tables = { tablePrefix: newPrefix() }
    const { db, asked } = atLevel(level)
    let making: Promise<void> | undefined
    const made = () => {
      making ??= make(db, tables.tablePrefix)
      return making
    }
    testKeyStore({
      name: level,
      open: async () => {
        await made()
        return kyselyStore(db, tables)
      },
    })
    testWebhookStore({
      name: level,
      open: async () => {
        await made()
        return { keys: kyselyStore(db, tables), webhooks: kyselyWebhookStore(db, tables) }
      },
    })
    it('had its transactions at that level', async () => {
      expect(asked()).toBeGreaterThan(500)
      const { rows } = await sql`show transaction_isolation`.execute(db)
      expect(rows).toEqual([{ transaction_isolation: level }])
    })
    afterAll(async () => {
      await dropTables(db, tables.tablePrefix)
      await db.destroy()
    })
  })
}
