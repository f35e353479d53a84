import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { signUp as signUpByDrizzle } from '../../../examples/databases/src/drizzle.js'
import { leave } from '../../../examples/databases/src/leave.js'
import { connectMysql } from '../../../examples/databases/src/mysql.js'
import { connectPostgres } from '../../../examples/databases/src/postgres.js'
import { signUp, type Tables } from '../../../examples/databases/src/sign-up.js'
import { migrationFiles } from '../../../examples/databases/src/sql.js'
import { connectSqlite } from '../../../examples/databases/src/sqlite.js'
import { deploy, openStore } from '../../../examples/databases/src/store.js'
import { drizzleMigration, writePrismaMigration } from '../../../examples/docs/write-migrations.js'
import { describeFully } from '../../../test/support/everything.js'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { connect, type Engine, engines } from './engines.js'
import { input, keyringOver } from './keyring-over.js'
import { onePgliteConnection } from './pglite-pool.js'
import { sqliteFile } from './sqlite-file.js'

const name = `kw${crypto.randomUUID().slice(0, 8)}`

/** Connects as the manual says, to an empty database or schema; `null` when there is no server. */
const places: Readonly<Record<string, () => Promise<Kysely<object> | null>>> = {
  SQLite: async () => connectSqlite(sqliteFile().path),
  PostgreSQL: async () => {
    const url = await emptyPlace('PostgreSQL', `create schema ${name}`, `drop schema ${name} cascade`)
    url?.searchParams.set('options', `-c search_path=${name}`)
    return url === null ? null : connectPostgres(url.href)
  },
  MariaDB: async () => {
    const url = await emptyPlace('MariaDB', `create database ${name}`, `drop database ${name}`)
    if (url !== null) url.pathname = `/${name}`
    return url === null ? null : connectMysql(url.href)
  },
}

async function emptyPlace(engine: Engine['name'], make: string, drop: string): Promise<URL | null> {
  const found = engines.find((one) => one.name === engine) ?? expect.unreachable()
  const admin = await connect(found)
  if (admin === null) return null // engines.test.ts says so, and fails where all must be there
  await sql.raw(make).execute(admin)
  onTestFinished(async () => {
    await sql.raw(drop).execute(admin)
    await admin.destroy()
  })
  return new URL(found.url ?? '')
}

describeFully('the examples of docs/databases.md and docs/transactions.md', () => {
  it.for(Object.keys(places))('connect to %s, migrate, and keep keys', async (engine, { skip }) => {
    const db = await places[engine]?.()
    if (db === null || db === undefined) return skip('no server')
    onTestFinished(() => db.destroy())
    await deploy(db)
    await deploy(db)
    const { keyring } = keyringOver(openStore(db))
    const { token } = await keyring.create(input)
    expect((await keyring.verify(token.reveal())).ok).toBe(true)
    expect(await keyring.doctor()).toEqual([])
  })

  it.for([
    { engine: 'PostgreSQL', shown: sql`show idle_in_transaction_session_timeout`, limit: '10s' },
    { engine: 'MariaDB', shown: sql`select @@idle_write_transaction_timeout as its`, limit: 10 },
  ])(
    'let the server of $engine take the locks of a process that went silent',
    async ({ engine, shown, limit }, { skip }) => {
      const db = await places[engine]?.()
      if (!db) return skip('no server')
      onTestFinished(() => db.destroy())
      const { rows } = await shown.execute(db)
      expect(Object.values(rows[0] ?? {})).toEqual([limit])

      // The same limit, but shorter, so that the test need not wait for as long.
      await deploy(db)
      const store = openStore(db)
      const { keyring } = keyringOver(store)
      const { key } = await keyring.create(input)
      const silent = await db.startTransaction().execute()
      onTestFinished(
        () =>
          void silent
            .rollback()
            .execute()
            .catch(() => {}),
      )
      const shorter =
        engine === 'MariaDB'
          ? 'session idle_write_transaction_timeout = 1'
          : 'idle_in_transaction_session_timeout = 500'
      await sql.raw(`set ${shorter}`).execute(silent)
      await sql`update auth_api_key_counters set touched = touched + 1`.execute(silent)
      await keyring.revoke(key.id, {}, { actor: { type: 'user', id: input.owner.id } })
      await expect(sql`select 1`.execute(silent)).rejects.toThrow()
      expect((await keyring.get(key.id))?.status).toBe('revoked')
    },
  )

  it.for(Object.keys(places))(
    'make a user and a key in one transaction of %s, and end both',
    async (engine, { skip }) => {
      const db = await places[engine]?.()
      if (db === null || db === undefined) return skip('no server')
      onTestFinished(() => db.destroy())
      await deploy(db)
      const { keyring } = keyringOver(openStore(db))
      const host = db.withTables<Tables>()
      await host.schema
        .createTable('users')
        .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
        .execute()
      const token = (await signUp(host, keyring, 'ada')).reveal()
      await expect(signUp(host, keyring, 'ada')).rejects.toThrow() // she is there
      const { keys } = await keyring.list({ organizationId: 'ada' })
      expect(keys).toHaveLength(1)
      expect((await keyring.verify(token)).ok).toBe(true)
      await leave(host, keyring, 'ada', keys[0]?.id ?? '')
      expect((await keyring.verify(token)).ok).toBe(false)
      expect(await host.selectFrom('users').select('id').execute()).toEqual([])
    },
  )

  it('make a user and a key in one transaction of Drizzle', async ({ skip }) => {
    const url = await emptyPlace('PostgreSQL', `create schema ${name}`, `drop schema ${name} cascade`)
    if (url === null) return skip('no server')
    url.searchParams.set('options', `-c search_path=${name}`)
    const db = connectPostgres(url.href)
    const pool = new pg.Pool({ connectionString: url.href, max: 2 })
    onTestFinished(async () => {
      await pool.end()
      await db.destroy()
    })
    await deploy(db)
    await pool.query('create table users (id varchar primary key)')
    const { keyring } = keyringOver(openStore(db))
    const token = await signUpByDrizzle(pool, keyring, 'ada')
    await expect(signUpByDrizzle(pool, keyring, 'ada')).rejects.toThrow() // she is there
    expect((await keyring.verify(token.reveal())).ok).toBe(true)
    expect((await keyring.list()).keys).toHaveLength(1)
  })

  it('write migrations for Drizzle and Prisma that have all tables', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keywright-migrations-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const name = await writePrismaMigration(folder, new Date('2026-11-28T01:02:03.004Z'))
    expect(name).toBe('20261128010203_keywright')
    const ofPrisma = await readFile(join(folder, name, 'migration.sql'), 'utf8')
    for (const statements of [drizzleMigration().split('--> statement-breakpoint'), [ofPrisma]]) {
      const pglite = new PGlite()
      const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: onePgliteConnection(pglite) }) })
      onTestFinished(() => db.destroy())
      for (const statement of statements) await pglite.exec(statement)
      expect(await migrateToLatest(db, { schema: 'auth' })).toEqual([])
    }
  })

  it('write migrations that psql can run', async () => {
    const pglite = new PGlite()
    const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: onePgliteConnection(pglite) }) })
    onTestFinished(() => db.destroy())
    await pglite.exec('create schema auth')
    for (const text of Object.values(migrationFiles())) await pglite.exec(text)
    expect(await migrateToLatest(db, { schema: 'auth' })).toEqual([])
    expect(await keyringOver(kyselyStore(db, { schema: 'auth' })).keyring.doctor()).toEqual([])
  })
})
