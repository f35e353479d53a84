import { Kysely, PostgresDialect, sql } from 'kysely'
import Database from 'libsql'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { keepNamed, keepNamedRow, keepPrepared } from '../src/dialect/kept-statement.js'
import { kyselyStore, libsqlDatabase, migrateToLatest, postgresPool } from '../src/index.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { engines } from './engines.js'
import { input, keyringOver } from './keyring-over.js'
import { sqliteFile } from './sqlite-file.js'

describe('libsqlDatabase', () => {
  function watched() {
    const database = new Database(':memory:')
    database.exec("create table t (id integer primary key, a text); insert into t values (1, 'x'), (2, 'y')")
    const prepared: string[] = []
    const kept = libsqlDatabase({
      exec: (text) => database.exec(text),
      close: () => database.close(),
      prepare: (text) => {
        prepared.push(text)
        return database.prepare(text)
      },
    })
    const all = (text: string, ...parameters: unknown[]) => kept.prepare(text).all(parameters)
    return { database, kept, prepared, all }
  }

  it('prepares each text once', () => {
    const { all, prepared } = watched()
    expect(all('select a from t where id = ?', 1)).toEqual([{ a: 'x' }])
    expect(all('select a from t where id = ?', 2)).toEqual([{ a: 'y' }])
    expect(all('select a from t where id = ?', 3)).toEqual([])
    expect(prepared).toHaveLength(1)
  })

  it('keeps a hundred statements, and drops the least recently used', () => {
    const { all, prepared } = watched()
    const text = (n: number) => `select ${n} as n from t where id = 1`
    all(text(0))
    for (let n = 1; n < 100; n += 1) all(text(n))
    all(text(0))
    all(text(100))
    const before = prepared.length
    expect(all(text(0))).toEqual([{ n: 0 }])
    expect(prepared).toHaveLength(before)
    expect(all(text(1))).toEqual([{ n: 1 }])
    expect(prepared).toHaveLength(before + 1)
  })

  it.each([
    ['one row', keepNamedRow, [1]],
    ['rows', keepNamed, [1]],
  ])('reads %s with named columns as it reads others, also after the table has changed', (_, mark, parameters) => {
    const { all, database } = watched()
    const text = (id: string) => `select a, id, id + 1 as next, null as empty from t where ${id}`
    const same = (id: string) => expect(all(text(id) + mark, ...parameters)).toEqual(all(text(id), ...parameters))
    same('id = ?')
    same('id = ? and a is null')
    if (mark === keepNamed) same('id >= ?')
    database.exec('alter table t add column b text; update t set a = 9007199254740991')
    same('id = ?')
    database.exec('delete from t')
    same('id = ?')
  })

  it('reads what it knows no names of as it reads others', () => {
    const row = { a: 'x' }
    const plain = { reader: true, all: () => [row], run: () => ({ changes: 0, lastInsertRowid: 0 }), iterate: () => [] }
    const kept = libsqlDatabase({ exec: () => {}, close: () => {}, prepare: () => plain as never }) // a driver without lists
    expect(kept.prepare(`select a from t${keepNamedRow}`).all([])).toEqual([row])
  })

  it('holds no old state of the file after it has read one row', () => {
    const { open } = sqliteFile()
    const { raw: reader } = open()
    const { raw: writer } = open()
    reader.exec("create table t (id integer primary key, a text); insert into t values (1, 'x')")
    const read = () => libsqlDatabase(reader).prepare(`select a from t where id = ?${keepNamedRow}`).all([1])
    expect(read()).toEqual([{ a: 'x' }])
    writer.exec("update t set a = 'y'")
    expect(read()).toEqual([{ a: 'y' }])
    expect(writer.prepare('pragma wal_checkpoint(truncate)').all([])).toEqual([{ busy: 0, log: 0, checkpointed: 0 }])
  })

  it('sees a changed table with a kept statement', () => {
    const { all, database } = watched()
    expect(all('select * from t where id = ?', 1)).toEqual([{ id: 1, a: 'x' }])
    database.exec("alter table t add column b text default 'new'")
    expect(all('select * from t where id = ?', 1)).toEqual([{ id: 1, a: 'x', b: 'new' }])
    database.exec('drop table t')
    expect(() => all('select * from t where id = ?', 1)).toThrow('no such table')
    database.exec('create table t (id integer)')
    expect(all('select * from t where id = ?', 1)).toEqual([])
  })

  it('does not keep a statement that is iterated, since two may overlap', () => {
    const { kept } = watched()
    const text = 'select id from t order by id'
    const [one, other] = [kept.prepare(text).iterate([]), kept.prepare(text).iterate([])]
    expect(one.next().value).toEqual({ id: 1 })
    expect([...other]).toEqual([{ id: 1 }, { id: 2 }])
    expect(kept.prepare(text).all([])).toEqual([{ id: 1 }, { id: 2 }])
    expect(one.next().value).toEqual({ id: 2 })
  })
})

const url = engines.find(({ name }) => name === 'PostgreSQL')?.url ?? ''

/** A keyring on one connection; `null` when no server answers. */
async function onOneConnection(prepare?: boolean) {
  const driver = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 20_000 })
  const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: postgresPool(driver, { prepare }) }) })
  const tablePrefix = newPrefix()
  onTestFinished(async () => {
    await dropTables(db, tablePrefix)
    await db.destroy()
  })
  await migrateToLatest(db, { tablePrefix })
  const { keyring } = keyringOver(kyselyStore(db, { tablePrefix }))
  const { key, token } = await keyring.create(input)
  const isGood = async () => (await keyring.verify(token.reveal())).ok
  const kept = async () =>
    (await sql<{ name: string }>`select name from pg_prepared_statements order by name`.execute(db)).rows.map(
      ({ name }) => name,
    )
  return { db, tablePrefix, keyring, key, isGood, kept }
}

const isThere = await new pg.Pool({ connectionString: url, connectionTimeoutMillis: 20_000 })
  .query('select 1')
  .then(() => true)
  .catch(() => false)

/** The same for the same text in every process. */
const statementName = /^keywright_[0-9a-f]{32}$/

describe.skipIf(!isThere)('postgresPool (PostgreSQL)', () => {
  it.each([undefined, false])('prepares nothing on the server with prepare: %j', async (prepare) => {
    const { isGood, kept } = await onOneConnection(prepare)
    expect(await isGood()).toBe(true)
    expect(await kept()).toEqual([])
  })

  it('prepares the statement that reads a key once with prepare: true, and refuses a revoked key at once', async () => {
    const { isGood, kept, keyring, key } = await onOneConnection(true)
    for (let n = 0; n < 7; n += 1) expect(await isGood()).toBe(true)
    expect(await kept()).toEqual([expect.stringMatching(statementName)])
    await keyring.revoke(key.id)
    expect(await isGood()).toBe(false)
    expect(await kept()).toEqual([expect.stringMatching(statementName)])
  })

  it.each(['discard all', 'deallocate all'])(
    'answers after the server has dropped the statement: %s',
    async (forget) => {
      const { isGood, db } = await onOneConnection(true)
      expect(await isGood()).toBe(true)
      await sql.raw(forget).execute(db)
      expect(await isGood()).toBe(true)
      expect(await isGood()).toBe(true)
    },
  )

  it('keeps using the statement after a migration has added a column', async () => {
    const { isGood, kept, db, tablePrefix } = await onOneConnection(true)
    expect(await isGood()).toBe(true)
    await sql`alter table ${sql.table(`${tablePrefix}api_keys`)} add column later text`.execute(db)
    expect(await isGood()).toBe(true)
    expect(await kept()).toEqual([expect.stringMatching(statementName)])
  })

  it('prepares the statement again after a migration has changed a column', async () => {
    const { isGood, kept, db, tablePrefix } = await onOneConnection(true)
    expect(await isGood()).toBe(true)
    await sql`alter table ${sql.table(`${tablePrefix}api_keys`)} alter column name type text`.execute(db)
    expect(await isGood()).toBe(true)
    expect(await isGood()).toBe(true)
    expect(await kept()).toContainEqual(expect.stringMatching(/^keywright_[0-9a-f]{32}_1$/))
  })

  it('prepares nothing within a transaction, which an error would end', async () => {
    const { kept, db } = await onOneConnection(true)
    const before = await kept()
    const statement = `select 1 as one${keepPrepared}`
    for (const ending of ['commit', 'rollback']) {
      await db.connection().execute(async (connection) => {
        for (const text of ['start transaction', 'savepoint a', 'rollback to savepoint a', statement, ending]) {
          await sql.raw(text).execute(connection)
        }
      })
      expect(await kept()).toEqual(before)
    }
    await sql.raw(statement).execute(db)
    expect(await kept()).toHaveLength(before.length + 1)
  })

  it('plans the statement by primary key, even when the table was never analyzed', async () => {
    const { isGood, kept, db, keyring, tablePrefix } = await onOneConnection(true)
    for (let n = 0; n < 200; n += 1) await keyring.create(input)
    await sql`set plan_cache_mode = force_generic_plan`.execute(db)
    expect(await isGood()).toBe(true)
    const ids = JSON.stringify(Array.from({ length: 64 }, (_, n) => `k${n}`))
    const [name = ''] = await kept()
    const { rows } = await sql<object>`explain execute ${sql.id(name)} (${sql.lit(ids)})`.execute(db)
    const plan = JSON.stringify(rows)
    expect(plan).toContain(`Index Scan using ${tablePrefix}api_keys_pkey`)
    expect(plan).not.toContain('Seq Scan')
  })
})
