import { PGlite } from '@electric-sql/pglite'
import { CamelCasePlugin, Kysely, MssqlAdapter, PostgresDialect, SqliteDialect, sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { input, keyringOver } from './keyring-over.js'
import { onePgliteConnection } from './pglite-pool.js'
import { type Connection, sqliteFile } from './sqlite-file.js'

const all = ['0001-create-key-tables']

const schemaOf = ({ raw }: Connection): unknown[] =>
  raw.prepare("select name, sql from sqlite_master where name not like 'sqlite_%' order by name").all()

const tablesOf = ({ raw }: Connection): string[] =>
  (raw.prepare("select name from sqlite_master where type = 'table' order by name").all() as { name: string }[]).map(
    ({ name }) => name,
  )

describe('migrateToLatest', () => {
  it('does nothing the second time', async () => {
    const connection = sqliteFile().open()
    expect(await migrateToLatest(connection.db)).toEqual(all)
    const schema = schemaOf(connection)
    expect(schema.length).toBeGreaterThan(5)
    expect(await migrateToLatest(connection.db)).toEqual([])
    expect(schemaOf(connection)).toEqual(schema)
  })

  it('is needed: without it, nothing works and nothing is created', async () => {
    const connection = sqliteFile().open()
    const { keyring } = keyringOver(kyselyStore(connection.db))
    await expect(keyring.create(input)).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(schemaOf(connection)).toEqual([])
  })

  it('runs each migration once, however many call at once, on one connection or on several', async () => {
    const file = sqliteFile()
    const connections = Array.from({ length: 4 }, () => file.open())
    const ran = await Promise.all(
      connections.flatMap(({ db }) => [migrateToLatest(db), migrateToLatest(db), migrateToLatest(db)]),
    )
    expect(ran.flat()).toEqual(all)
    const { keyring } = keyringOver(kyselyStore(file.open().db))
    expect((await keyring.create(input)).key.name).toBe(input.name)
  })

  it('leaves nothing behind where it fails', async () => {
    const connection = sqliteFile().open()
    connection.raw.exec('create table api_key_counters (theirs integer)')
    const before = schemaOf(connection)
    await expect(migrateToLatest(connection.db)).rejects.toThrow(/api_key_counters/)
    expect(schemaOf(connection)).toEqual(before)
    connection.raw.exec('drop table api_key_counters')
    expect(await migrateToLatest(connection.db)).toEqual(all)
  })

  it('puts every table and index under its prefix, so that two sets live side by side', async () => {
    const connection = sqliteFile().open()
    const [a, b] = await Promise.all(
      ['a_', 'b_'].map(async (tablePrefix) => {
        expect(await migrateToLatest(connection.db, { tablePrefix })).toEqual(all)
        return keyringOver(kyselyStore(connection.db, { tablePrefix })).keyring
      }),
    )
    const tables = tablesOf(connection)
    expect(tables).toEqual([
      ...tables.filter((name) => name.startsWith('a_')),
      ...tables.filter((name) => name.startsWith('b_')),
    ])
    expect(tables).toHaveLength(16)

    const { key, token } = (await a?.create(input)) ?? expect.unreachable()
    expect((await a?.verify(token.reveal()))?.ok).toBe(true)
    expect((await b?.verify(token.reveal()))?.ok).toBe(false)
    expect(await b?.get(key.id)).toBeNull()
    expect((await b?.list())?.keys).toEqual([])
  })

  it('keeps to its own schema, where a database has several (PostgreSQL)', async () => {
    const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: onePgliteConnection(new PGlite()) }) })
    onTestFinished(() => db.destroy())
    for (const schema of ['tenant_a', 'tenant_b']) {
      await sql`create schema ${sql.id(schema)}`.execute(db)
      await sql`set search_path to ${sql.id(schema)}`.execute(db)
      expect(await migrateToLatest(db)).toEqual(all)
      expect(await migrateToLatest(db)).toEqual([])
      expect((await keyringOver(kyselyStore(db)).keyring.list()).keys).toEqual([])
      await keyringOver(kyselyStore(db)).keyring.create(input)
    }
  })

  it.each(['A_', '1a', 'a-', 'a"; drop table x; --', ' ', 'ä', 'a'.repeat(33)])(
    'refuses the prefix %j',
    async (tablePrefix) => {
      const connection = sqliteFile().open()
      await expect(migrateToLatest(connection.db, { tablePrefix })).rejects.toThrow(/tablePrefix/)
      expect(() => kyselyStore(connection.db, { tablePrefix })).toThrow(/tablePrefix/)
      expect(schemaOf(connection)).toEqual([])
    },
  )
})

describe('a host’s own Kysely', () => {
  it('may rename its columns and look at its results: the store’s are not touched', async () => {
    const file = sqliteFile()
    const hosts = file.open({ plugins: [new CamelCasePlugin({ upperCase: true })] })
    await migrateToLatest(hosts.db)
    const { keyring } = keyringOver(kyselyStore(hosts.db))
    const { key, token } = await keyring.create({ ...input, metadata: { camelCase: { snake_case: 1 } } })
    expect((await keyring.verify(token.reveal(), { scopes: ['members.read'] })).ok).toBe(true)
    const plain = file.open()
    expect(await keyringOver(kyselyStore(plain.db)).keyring.get(key.id)).toEqual(key)
    expect(tablesOf(plain)).toContain('api_keys')
  })

  it('is refused at start-up where it speaks a dialect that the store does not know', async () => {
    class StrangeDialect extends SqliteDialect {
      override createAdapter() {
        return new MssqlAdapter()
      }
    }
    const { raw } = sqliteFile().open()
    const db = new Kysely<object>({ dialect: new StrangeDialect({ database: raw }) })
    expect(() => kyselyStore(db)).toThrow(new TypeError('kyselyStore does not know the dialect of MssqlAdapter'))
    await expect(migrateToLatest(db)).rejects.toBeInstanceOf(TypeError)
  })
})
