import { testKeyring } from '@keywright/testkit'
import { eq } from 'drizzle-orm'
import { mysqlTable, varchar as mysqlVarchar } from 'drizzle-orm/mysql-core'
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import { drizzle } from 'drizzle-orm/node-postgres'
import { pgTable, varchar } from 'drizzle-orm/pg-core'
import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'
import { createConnection as createCallbackConnection, createPool } from 'mysql2'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { kyselyStore, libsqlDatabase, migrateToLatest, transactionOn } from '../src/index.js'
import { engines, testedEngines } from './engines.js'
import { Abandoned, inputOf, type Keys, newOwner, openWorld, stateOf, type World } from './host-world.js'

/** A library that runs a transaction on a connection, in which it inserts a user; and how it counts users. */
interface Host {
  run(id: string, work: (keys: Keys) => Promise<unknown>): Promise<unknown>
  count(id: string): Promise<number>
}

/** Drizzle over one client of a pool of `pg`, in its own transaction. */
async function drizzleOnPostgres(world: World, url: string): Promise<Host> {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  onTestFinished(() => pool.end())
  const users = pgTable(world.users, { id: varchar().primaryKey() })
  return {
    async run(id, work) {
      const client = await pool.connect()
      try {
        await drizzle({ client }).transaction(async (tx) => {
          await tx.insert(users).values({ id })
          await work(world.keyring.inTransaction(transactionOn(client, 'postgres')))
        })
      } finally {
        client.release()
      }
    },
    count: async (id) => (await drizzle({ client: pool }).select().from(users).where(eq(users.id, id))).length,
  }
}

/** The same, where the host begins and ends the transaction by statements of its own. */
async function statementsOnPostgres(world: World, url: string): Promise<Host> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  const users = pgTable(world.users, { id: varchar().primaryKey() })
  const db = drizzle({ client })
  return {
    async run(id, work) {
      await client.query('begin')
      try {
        await db.insert(users).values({ id })
        await work(world.keyring.inTransaction(transactionOn(client, 'postgres')))
        await client.query('commit')
      } catch (error) {
        await client.query('rollback')
        throw error
      }
    },
    count: async (id) => (await db.select().from(users).where(eq(users.id, id))).length,
  }
}

/** Drizzle over one connection of `mysql2/promise`. */
async function drizzleOnMysql(world: World, url: string): Promise<Host> {
  const client = await createConnection(url)
  onTestFinished(() => client.end())
  const users = mysqlTable(world.users, { id: mysqlVarchar({ length: 64 }).primaryKey() })
  const db = drizzleMysql({ client })
  return {
    run: (id, work) =>
      db.transaction(async (tx) => {
        await tx.insert(users).values({ id })
        await work(world.keyring.inTransaction(transactionOn(client, 'mysql')))
      }),
    count: async (id) => (await db.select().from(users).where(eq(users.id, id))).length,
  }
}

/** Statements over one connection of `mysql2`, which takes callbacks. */
async function statementsOnMysql(world: World, url: string): Promise<Host> {
  const connection = createCallbackConnection(url)
  const send = (sql: string, id?: string) =>
    connection
      .promise()
      .query(sql, [id])
      .then(([rows]) => rows)
  onTestFinished(() => connection.destroy())
  return {
    async run(id, work) {
      await send('begin')
      try {
        await send(`insert into ${world.users} values (?)`, id)
        await work(world.keyring.inTransaction(transactionOn(connection, 'mysql')))
        await send('commit')
      } catch (error) {
        await send('rollback')
        throw error
      }
    },
    count: async (id) => [await send(`select id from ${world.users} where id = ?`, id)].flat().length,
  }
}

const hosts = {
  'Drizzle on PostgreSQL': ['PostgreSQL', drizzleOnPostgres],
  'Drizzle and statements on PostgreSQL': ['PostgreSQL', statementsOnPostgres],
  'Drizzle on MariaDB': ['MariaDB', drizzleOnMysql],
  'statements on MariaDB': ['MariaDB', statementsOnMysql],
} as const

const tested = testedEngines()

const isTested = ([, [engineName]]: readonly [string, readonly [string, unknown]]) =>
  tested.some(({ name }) => name === engineName)

describe.each(Object.entries(hosts).filter(isTested))('transactionOn: %s', (_name, [engineName, open]) => {
  const engine = tested.find(({ name }) => name === engineName)
  const url = engine?.url ?? ''
  let world: World
  beforeAll(async () => {
    if (engine !== undefined) world = await openWorld(engine)
  })
  afterAll(() => world?.close())

  if (engine !== undefined)
    it('commits a user with their key', async () => {
      const host = await open(world, url)
      const owner = newOwner()
      let token = ''
      await host.run(owner.id, async (keys) => {
        token = (await keys.create(inputOf(owner))).token.reveal()
        expect((await world.keyring.verify(token)).ok).toBe(false) // nothing is committed before the host does
      })
      expect(await host.count(owner.id)).toBe(1)
      expect((await world.keyring.verify(token)).ok).toBe(true)
      expect(await stateOf(world, owner.organizationId)).toMatchObject({ audit: ['api_key.created'], chain: true })
    })

  if (engine !== undefined)
    it('rolls back a user with their key', async () => {
      const host = await open(world, url)
      const owner = newOwner()
      const failing = host.run(owner.id, async (keys) => {
        await keys.create(inputOf(owner))
        throw new Abandoned()
      })
      await expect(failing).rejects.toThrow(Abandoned)
      expect(await host.count(owner.id)).toBe(0)
      expect(await stateOf(world, owner.organizationId)).toEqual({ keys: [], audit: [], created: 0, chain: true })
    })

  if (engine !== undefined)
    it('keeps a user whose fourth key is refused', async () => {
      const host = await open(world, url)
      const owner = newOwner()
      await host.run(owner.id, async (keys) => {
        for (let count = 0; count < 3; count += 1) await keys.create(inputOf(owner))
        await expect(keys.create(inputOf(owner))).rejects.toMatchObject({ code: 'plan_limit_reached' })
      })
      expect(await host.count(owner.id)).toBe(1)
      expect(await stateOf(world, owner.organizationId)).toMatchObject({ created: 3, chain: true })
    })

  if (engine !== undefined)
    it('takes no key outside of a transaction', async () => {
      const owner = newOwner()
      const { url: address } = engines.find(({ name }) => name === engineName) ?? expect.unreachable()
      const alone = async (transaction: object) =>
        expect(world.keyring.inTransaction(transaction).create(inputOf(owner))).rejects.toMatchObject({
          code: 'transaction_lost',
        })
      if (engineName === 'PostgreSQL') {
        const client = new pg.Client({ connectionString: address ?? '' })
        await client.connect()
        await alone(transactionOn(client, 'postgres'))
        await client.end()
      } else {
        const client = await createConnection(address ?? '')
        await alone(transactionOn(client, 'mysql'))
        await client.end()
      }
      expect(await stateOf(world, owner.organizationId)).toEqual({ keys: [], audit: [], created: 0, chain: true })
    })
})

describe('transactionOn', () => {
  it.each([
    ['commit', 1],
    ['rollback', 0],
  ])(
    'makes a key on a SQLite database that begins and ends by statements: after %s there are %i',
    async (end, count) => {
      const database = new Database(':memory:')
      const wrapped = libsqlDatabase(database)
      const db = new Kysely<object>({ dialect: new SqliteDialect({ database: wrapped }) })
      onTestFinished(() => db.destroy())
      await migrateToLatest(db)
      const { keyring } = testKeyring({ store: kyselyStore(db) })
      database.exec('create table users (id text)')
      database.exec('begin')
      database.exec("insert into users values ('ada')")
      await keyring.inTransaction(transactionOn(wrapped, 'sqlite')).create(inputOf(newOwner()))
      database.exec(end)
      expect(database.prepare('select * from users').all()).toHaveLength(count)
      expect((await keyring.list()).keys).toHaveLength(count)
    },
  )

  it.each([
    ['a pool of pg', 'postgres', () => new pg.Pool(), /^client must be a client of pg, not its pool/],
    ['a pool of mysql2', 'mysql', () => createPool({}), /^client must be a connection of mysql2, not its pool/],
    ['nothing', 'mysql', () => undefined, /^client must be a connection of mysql2/],
    ['a promise', 'sqlite', () => Promise.resolve(), /^client must be a database of better-sqlite3/],
    ['any client', 'oracle', () => ({}), /^dialect must be 'postgres', 'mysql' or 'sqlite'/],
    ['any client', 'toString', () => ({}), /^dialect must be 'postgres', 'mysql' or 'sqlite'/],
  ])('refuses %s as %s', (_what, dialect, open, message) => {
    expect(() => transactionOn(open() as never, dialect as never)).toThrow(message)
  })

  it('of one engine is refused by a store in another', async () => {
    const database = libsqlDatabase(new Database(':memory:'))
    const db = new Kysely<object>({ dialect: new SqliteDialect({ database }) })
    onTestFinished(() => db.destroy())
    const { keyring } = testKeyring({ store: kyselyStore(db) })
    expect(() => keyring.inTransaction(transactionOn(new pg.Client(), 'postgres'))).toThrow(
      /^transaction must be one of the store's database, which speaks sqlite/,
    )
  })
})
