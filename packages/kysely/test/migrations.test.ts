import { PGlite } from '@electric-sql/pglite'
import { CamelCasePlugin, Kysely, PostgresDialect, sql } from 'kysely'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { kyselyStore, migrateToLatest } from '../src/index.js'
import { stepNames } from '../src/migrations/steps.js'
import { input, keyringOver } from './keyring-over.js'
import { onePgliteConnection } from './pglite-pool.js'
import { type Connection, sqliteFile } from './sqlite-file.js'

const all = stepNames

const schemaOf = ({ raw }: Connection): unknown[] =>
  raw.prepare("select name, sql from sqlite_master where name not like 'sqlite_%' order by name").all()

const tablesOf = ({ raw }: Connection): string[] =>
  (raw.prepare("select name from sqlite_master where type = 'table' order by name").all() as { name: string }[]).map(
    ({ name }) => name,
  )

describe('migrateToLatest', () => {
  it('changes nothing when it runs again', async () => {
    const connection = sqliteFile().open()
    expect(await migrateToLatest(connection.db)).toEqual(all)
    const schema = schemaOf(connection)
    expect(schema.length).toBeGreaterThan(5)
    expect(await migrateToLatest(connection.db)).toEqual([])
    expect(schemaOf(connection)).toEqual(schema)
  })

  it('must run before the store works: without it, every call rejects and creates nothing', async () => {
    const connection = sqliteFile().open()
    const { keyring } = keyringOver(kyselyStore(connection.db))
    await expect(keyring.create(input)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: 'The key tables are not there. Run migrateToLatest(db) before this version starts.',
    })
    expect(schemaOf(connection)).toEqual([])
  })

  it('runs each migration once when several callers run it at once, on one connection or on several', async () => {
    const file = sqliteFile()
    const connections = Array.from({ length: 4 }, () => file.open())
    const ran = await Promise.all(
      connections.flatMap(({ db }) => [migrateToLatest(db), migrateToLatest(db), migrateToLatest(db)]),
    )
    expect(ran.flat()).toEqual(all)
    const { keyring } = keyringOver(kyselyStore(file.open().db))
    expect((await keyring.create(input)).key.name).toBe(input.name)
  })

  it('leaves nothing behind when it fails', async () => {
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
    expect(tables).toHaveLength(38)

    const { key, token } = (await a?.create(input)) ?? expect.unreachable()
    expect((await a?.verify(token.reveal()))?.ok).toBe(true)
    expect((await b?.verify(token.reveal()))?.ok).toBe(false)
    expect(await b?.get(key.id)).toBeNull()
    expect((await b?.list())?.keys).toEqual([])
  })

  it('creates the tables in the current schema of a database with several (PostgreSQL)', async () => {
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

  it.each([null, ['a'], 7, 'A_', '1a', 'a-', 'a"; drop table x; --', ' ', 'ä', 'a'.repeat(33)])(
    'rejects the prefix %j',
    async (tablePrefix) => {
      const connection = sqliteFile().open()
      // @ts-expect-error wrong on purpose
      await expect(migrateToLatest(connection.db, { tablePrefix })).rejects.toThrow(/tablePrefix/)
      // @ts-expect-error wrong on purpose
      expect(() => kyselyStore(connection.db, { tablePrefix })).toThrow(/tablePrefix/)
      expect(schemaOf(connection)).toEqual([])
    },
  )
})

describe('options of migrateToLatest and kyselyStore', () => {
  it.each<[string, unknown, string]>([
    ['a misspelt tablePrefix', { tablePrefx: 'a_' }, 'Unknown option tablePrefx. Did you mean tablePrefix?'],
    ['a prefix under another name', { prefix: 'a_' }, 'Unknown option prefix. There are: tablePrefix, schema, dialect'],
    ['null', null, 'Option options must be an object with some of: tablePrefix, schema, dialect'],
    [
      'a prefix in place of an object',
      'a_',
      'Option options must be an object with some of: tablePrefix, schema, dialect',
    ],
  ])('are refused when they are %s, and no statement is sent', async (_, options, message) => {
    const log = vi.fn()
    const connection = sqliteFile().open({ log })
    const refused = expect.objectContaining({ code: 'invalid_options', message: expect.stringContaining(message) })
    // @ts-expect-error wrong on purpose
    await expect(migrateToLatest(connection.db, options)).rejects.toEqual(refused)
    // @ts-expect-error wrong on purpose
    expect(() => kyselyStore(connection.db, options)).toThrow(refused)
    expect(log).not.toHaveBeenCalled()
    expect(schemaOf(connection)).toEqual([])
  })
})

describe('kyselyStore', () => {
  it('ignores plugins of the host that rename columns and change results', async () => {
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
})
