import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { emptyChain, type KeyStore, linkAudit } from '@keywright/core/store'
import Database from 'libsql'
import { describe, expect, it } from 'vitest'
import { isSqliteBusy } from '../src/dialect/driver-errors.js'
import { kyselyStore, libsqlDatabase, migrateToLatest } from '../src/index.js'
import { input, keyringOver, owner } from './keyring-over.js'
import { sqliteFile } from './sqlite-file.js'

const { organizationId } = owner

/** One file, opened twice, with a keyring over each. */
async function twoConnections() {
  const file = sqliteFile()
  let refused = 0
  const log = ({ level }: { level: string }) => {
    if (level === 'error') refused += 1
  }
  const [here, there] = [file.open({ log }), file.open()]
  await migrateToLatest(here.db)
  const side = ({ db, raw }: typeof here) => {
    const store = kyselyStore(db)
    return { raw, store, ...keyringOver(store) }
  }
  return { ...file, here: side(here), there: side(there), refused: () => refused }
}

/** Expects an audit log of `length` records: numbered without gaps, each linked to the one before. */
async function expectChain(store: KeyStore, length: number): Promise<void> {
  const records = await store.listAudit({ organizationId, order: 'asc', limit: 1_000 })
  expect(records.map(({ seq }) => seq)).toEqual(Array.from({ length }, (_, index) => index + 1))
  let head = emptyChain
  for (const record of records) {
    expect(linkAudit(head, organizationId, [record], record.at)[0]?.hash).toBe(record.hash)
    head = record
  }
  expect(new Set(records.map(({ keyId }) => keyId)).size).toBe(length)
}

describe('two connections to one file', () => {
  it('refuse a revoked key from the next request on (L8)', async () => {
    const { here, there } = await twoConnections()
    const { key, token } = await here.keyring.create(input)
    for (const { keyring } of [here, there]) expect((await keyring.verify(token.reveal())).ok).toBe(true)
    await here.keyring.revoke(key.id)
    for (const { keyring } of [here, there]) {
      expect(await keyring.verify(token.reveal())).toMatchObject({ refusal: { code: 'api_key_revoked' } })
    }
  })

  it('create 50 keys at once, lose none, and keep one audit chain (AUD-4)', async () => {
    const { here, there } = await twoConnections()
    const created = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? here : there).keyring.create(input)),
    )
    for (const { token } of created) expect((await here.keyring.verify(token.reveal())).ok).toBe(true)
    await expectChain(there.store, 50)
  })

  it('create 100 keys at once from two processes, lose none, and keep one audit chain (AUD-4)', async () => {
    const { path, here } = await twoConnections()
    const tsx = pathToFileURL(createRequire(join(import.meta.dirname, '../../../package.json')).resolve('tsx')).href
    const script = join(import.meta.dirname, 'fixtures/create-keys.ts')
    const args = ['--conditions=@keywright/source', '--import', tsx, script, path, '50']
    await Promise.all([1, 2].map(() => promisify(execFile)(process.execPath, args)))
    await expectChain(here.store, 100)
  })
})

describe('a change that meets another writer (FI-8)', () => {
  it('waits for its turn', async () => {
    const { here, there, refused } = await twoConnections()
    there.raw.exec('begin immediate')
    const creating = here.keyring.create(input)
    await new Promise((resolve) => setTimeout(resolve, 1))
    expect(refused()).toBeGreaterThan(0)
    there.raw.exec('commit')
    expect((await creating).key.name).toBe(input.name)
    await expectChain(here.store, 1)
  })

  it('fails after three more tries, and has changed nothing', async () => {
    const { here, there, refused } = await twoConnections()
    there.raw.exec('begin immediate')
    await expect(here.keyring.create(input)).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: { code: 'SQLITE_BUSY' },
    })
    expect(refused()).toBe(4)
    there.raw.exec('commit')
    expect((await here.keyring.list()).keys).toEqual([])
    await expectChain(here.store, 0)
  })

  it('is not tried again after any other failure', async () => {
    const { here } = await twoConnections()
    let asked = 0
    const decide = () => {
      asked += 1
      throw new Error('no')
    }
    await expect(here.store.insert({ id: 'k', organizationId, quota: null, decide })).rejects.toThrow('no')
    expect(asked).toBe(1)
  })

  it.each([
    ['libsql, better-sqlite3', { code: 'SQLITE_BUSY' }, true],
    ['libsql, better-sqlite3', { code: 'SQLITE_BUSY_SNAPSHOT' }, true],
    ['node:sqlite', { code: 'ERR_SQLITE_ERROR', errcode: 5 }, true],
    ['node:sqlite', { code: 'ERR_SQLITE_ERROR', errcode: 517 }, true],
    ['a broken constraint', { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' }, false],
    ['node:sqlite, a broken constraint', { code: 'ERR_SQLITE_ERROR', errcode: 1555 }, false],
    ['anything else', {}, false],
  ])('is recognised by its error: %s %o', (_driver, fields, busy) => {
    expect(isSqliteBusy(Object.assign(new Error('database is locked'), fields))).toBe(busy)
    expect(isSqliteBusy(fields)).toBe(false)
  })
})

describe('libsqlDatabase', () => {
  it.each([
    ['begin immediate'],
    ['insert into numbers values (2)'],
    ['insert into numbers values (2) returning number'],
    ['create table more (number)'],
  ])('finishes a refused %s, so that the connection sees and makes every later change', async (write) => {
    const file = sqliteFile()
    const there = file.open().raw
    there.exec('create table numbers (number integer primary key)')
    const here = libsqlDatabase(file.open().raw)
    // A reference keeps the garbage collector from resetting the statement.
    const statement = here.prepare(write)
    const seen = () => here.prepare('select number from numbers').all([])

    there.exec('begin immediate')
    const refused = () => (statement.reader ? statement.all([]) : statement.run([]))
    expect(refused).toThrow(expect.objectContaining({ code: 'SQLITE_BUSY' }))
    there.exec('insert into numbers values (1); commit')
    expect(seen()).toEqual([{ number: 1 }])
    there.exec('insert into numbers values (3)')
    expect(seen()).toEqual([{ number: 1 }, { number: 3 }])

    for (const sql of ['begin immediate', 'insert into numbers values (4)', 'commit']) here.prepare(sql).run([])
    expect(there.prepare('select number from numbers').all()).toEqual([{ number: 1 }, { number: 3 }, { number: 4 }])
    expect(statement.reader).toBe(write.includes('returning'))
  })

  it('never runs a commit again that was reported as failed', async () => {
    // Without WAL, a reader blocks a commit.
    const { path } = sqliteFile()
    const [raw, reader] = [new Database(path), new Database(path)]
    raw.exec('create table numbers (number)')
    const readerLeaves = (sql: string) => {
      reader.exec('commit')
      return raw.exec(sql)
    }
    const here = libsqlDatabase({ prepare: (sql) => raw.prepare(sql), close: () => raw.close(), exec: readerLeaves })
    reader.exec('begin; select * from numbers')
    for (const sql of ['begin immediate', 'insert into numbers values (1)']) here.prepare(sql).run([])
    const commit = here.prepare('COMMIT')
    expect(() => commit.run([])).toThrow(expect.objectContaining({ code: 'SQLITE_BUSY' }))
    here.prepare('rollback').run([])
    reader.exec('commit')
    for (const sql of ['begin immediate', 'insert into numbers values (2)', 'commit']) here.prepare(sql).run([])
    expect(reader.prepare('select * from numbers').all()).toEqual([{ number: 2 }])
  })

  it('refuses a key that was revoked elsewhere at once, even after a refused write', async () => {
    const { here, there } = await twoConnections()
    const { key, token } = await here.keyring.create(input)
    there.raw.exec('begin immediate')
    await expect(here.keyring.create(input)).rejects.toMatchObject({ code: 'store_unavailable' })
    there.raw.exec('commit')
    expect((await here.keyring.verify(token.reveal())).ok).toBe(true)
    await there.keyring.revoke(key.id)
    expect(await here.keyring.verify(token.reveal())).toMatchObject({ refusal: { code: 'api_key_revoked' } })
  })
})
