import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyring, defineAccess, hmacSha256 } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { testKeyStore } from '@keywright/testkit'
import { sql } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type SqliteStoreOptions, sqliteStore } from '../src/sqlite/index.js'

// With the SQLite of the runtime where it has one: libsql on Node 20, node:sqlite on Node 22 and later.
testKeyStore({ name: 'sqliteStore', open: () => open(newPath()) })
testKeyStore({ name: 'sqliteStore, in memory', open: () => open(':memory:') })

/** A path in a folder of its own, which is deleted after the test. */
function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'keys.sqlite')
}

async function open(path: string, options?: SqliteStoreOptions) {
  const store = await sqliteStore(path, options)
  onTestFinished(() => store.close().catch(() => {}))
  return store
}

/** Deno gives a script of its command line other arguments, and runs it as a module. */
const runsScripts = !('Deno' in globalThis)

/** Another process that writes to a file that is not in WAL mode yet, until its input ends. */
async function writerOf(path: string): Promise<() => void> {
  const writing = `
    const Database = require('libsql')
    const database = new Database(process.argv[1])
    database.exec('create table hosts (id); begin immediate; insert into hosts values (1)')
    console.log('writes')
    process.stdin.on('end', () => database.exec('commit')).resume()`
  const writer = spawn(process.execPath, ['-e', writing, path], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    writer.kill()
  })
  await once(writer.stdout, 'data')
  return () => writer.stdin.end()
}

/** What this process has open, on Linux. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)]
    } catch {
      return [] // that of the reading itself
    }
  })
}

const keyringOver = (store: KeyStore) =>
  createKeyring({
    prefix: 'tk',
    access: defineAccess({ scopes: { 'tasks.read': 'See tasks' } }),
    store,
    hasher: hmacSha256({ current: 'p1', peppers: { p1: 'pepper of the test, 32 bytes or more' } }),
    resolveOwner: 'uncapped',
  })
const input = {
  name: 'a key',
  owner: { type: 'user', id: 'ada', organizationId: 'acme' },
  scopes: ['tasks.read'],
} as const

describe('sqliteStore', () => {
  it('reads keys that are asked for in one breath as one by one, whatever they use and one of them damaged', async () => {
    const store = await open(newPath())
    const keyring = keyringOver(store)
    const plain = await keyring.create(input)
    const rich = await keyring.create({
      ...input,
      description: 'A “name”',
      metadata: { a: ['\n', 1] },
      ipAllowList: ['10.0.0.0/8'],
    })
    const damaged = await keyring.create({ ...input, description: 'damaged' })
    await sql`update api_keys set description = ${Buffer.from([0, 255])} where id = ${damaged.key.id}`.execute(store.db)
    const keys = [plain, rich, damaged, plain, rich]
    const verdicts = await Promise.all(keys.map(({ token }) => keyring.verify(token.reveal(), { ip: '10.1.2.3' })))
    const alone = []
    for (const { token } of keys) alone.push(await keyring.verify(token.reveal(), { ip: '10.1.2.3' }))
    const seen = (some: typeof verdicts) =>
      some.map((verdict) => (verdict.ok ? verdict.principal.key : verdict.refusal.code))
    expect(seen(verdicts)).toEqual(seen(alone))
    expect(verdicts.map(({ ok }) => ok)).toEqual([true, true, false, true, true])
    expect(seen(verdicts)[1]).toMatchObject({
      description: 'A “name”',
      metadata: { a: ['\n', 1] },
      ipAllowList: ['10.0.0.0/8'],
    })
  })

  it('keeps keys in a file, over a second start and in a second process', async () => {
    const path = newPath()
    const first = await open(path)
    const { token } = await keyringOver(first).create(input)
    const second = await open(path)
    expect((await keyringOver(second).verify(token.reveal())).ok).toBe(true)
    await first.close()
    await second.close()
    const third = await open(path)
    expect((await keyringOver(third).verify(token.reveal())).ok).toBe(true)
  })

  it('opens the file in WAL mode, and waits as long as it is told while another connection writes', async () => {
    const { db } = await open(newPath(), { busyTimeoutMs: 1_234 })
    expect((await sql<{ journal_mode: string }>`pragma journal_mode`.execute(db)).rows).toEqual([
      { journal_mode: 'wal' },
    ])
    expect((await sql<object>`pragma busy_timeout`.execute(db)).rows.map(Object.values)).toEqual([[1_234]])
  })

  it('puts its prefix before the names of the tables', async () => {
    const { db } = await open(newPath(), { tablePrefix: 'kw_' })
    const { rows } = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(db)
    expect(rows.filter(({ name }) => !name.startsWith('kw_'))).toEqual([])
    expect(rows.length).toBeGreaterThan(5)
  })

  it.each([
    ['', undefined, "Option path must be the path of a file, such as 'keys.sqlite', or ':memory:'."],
    [undefined, undefined, 'Option path must be the path of a file'],
    ['keys\0.sqlite', undefined, 'Option path must be the path of a file'],
    ['libsql://db.example', undefined, 'Option path must be the path of a file'],
    [
      'keys.sqlite',
      { busyTimeoutMs: -1 },
      'Option busyTimeoutMs must be a whole number of milliseconds, from 0 to 60000.',
    ],
    ['keys.sqlite', { busyTimeoutMs: '5' }, 'Option busyTimeoutMs must be a whole number'],
    ['keys.sqlite', { tablePrefx: 'kw_' }, 'tablePrefix'],
    ['keys.sqlite', { tablePrefix: 'KW' }, 'Option tablePrefix must be'],
  ])('refuses %j with %j before it creates a file', async (path, options, message) => {
    // As a JavaScript program would call it.
    const refused = sqliteStore(path as string, options as SqliteStoreOptions)
    await expect(refused).rejects.toThrow(message)
    expect(existsSync('keys.sqlite')).toBe(false)
  })

  it('says which file it could not open, and closes what it opened', async () => {
    const path = newPath()
    await expect(sqliteStore(join(path, 'no-folder', 'x.sqlite'))).rejects.toThrow('check that its folder exists')
    writeFileSync(path, 'this is a text, and no database of any kind. '.repeat(100))
    await expect(sqliteStore(path)).rejects.toThrow(path)
    if (existsSync('/proc/self/fd')) expect(openFiles()).not.toContain(path)
  })

  if (runsScripts)
    it('waits for another process that writes while it puts the file in WAL mode', async () => {
      const path = newPath()
      const stopWriting = await writerOf(path)
      const opening = sqliteStore(path)
      setTimeout(stopWriting, 50)
      const store = await opening
      onTestFinished(() => store.close())
      expect((await keyringOver(store).create(input)).key.status).toBe('active')
    })

  if (runsScripts)
    it('says that another process writes if that does not end in time', async () => {
      const path = newPath()
      await writerOf(path)
      const refused = sqliteStore(path, { busyTimeoutMs: 20 })
      await expect(refused).rejects.toThrow(`sqliteStore could not open ${path}: another process is writing to it`)
    })

  it('reads a key at once, over a connection that sees what was committed, and nothing else', async () => {
    const path = newPath()
    const store = await open(path)
    const keyring = keyringOver(store)
    const { key, token } = await keyring.create(input)
    expect(store.find(key.id)).toMatchObject({ record: { id: key.id } })
    await null
    expect(store.find('unknown')).toBeNull()

    const trx = await store.db.startTransaction().execute()
    const within = keyring.inTransaction(trx)
    const made = await within.create(input)
    await within.disable(key.id, {}, { actor: { type: 'user', id: 'ada' } })
    expect((await keyring.verify(made.token.reveal())).ok).toBe(false)
    expect((await keyring.verify(token.reveal())).ok).toBe(true)
    await trx.commit().execute()
    expect((await keyring.verify(made.token.reveal())).ok).toBe(true)
    expect((await keyring.verify(token.reveal())).ok).toBe(false)
  })

  it('reads in one statement what is asked for in one breath, each caller a key of its own', async () => {
    const store = await open(newPath())
    const keyring = keyringOver(store)
    const made = await Promise.all(Array.from({ length: 150 }, () => keyring.create(input)))
    const ids = made.map(({ key }) => key.id)
    const asked = [...ids, ids[0], 'unknown', "' or 1 = 1", ids[0]] as string[]
    const found = await Promise.all(asked.map((id) => store.find(id)))
    expect(found.map((one) => one?.record.id)).toEqual([...ids, ids[0], undefined, undefined, ids[0]])
    expect(found.at(-1)?.record).not.toBe(found[0]?.record)

    // None of them is older than its question.
    const [first, second] = made
    store.find(ids[2] ?? '')
    const late = store.find(second?.key.id ?? '')
    const revoking = keyring.revoke(second?.key.id ?? '')
    expect(await late).toMatchObject({ record: { status: 'active' } })
    await revoking
    const verdicts = await Promise.all([first, second].map((one) => keyring.verify(one?.token.reveal() ?? '')))
    expect(verdicts.map(({ ok }) => ok)).toEqual([true, false])

    await sql`alter table api_keys rename to elsewhere`.execute(store.db)
    const failed = await Promise.allSettled(ids.slice(0, 3).map((id) => store.find(id)))
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  })

  it('sees at once what another process has changed, and keeps none from shortening the log of the file', async () => {
    const path = newPath()
    const [store, other] = [await open(path), await open(path)]
    const [here, there] = [keyringOver(store), keyringOver(other)]
    const { key, token } = await here.create(input)
    for (let round = 0; round < 20; round += 1) {
      await there.disable(key.id, {}, { actor: { type: 'system', id: 'test' } })
      expect((await here.verify(token.reveal())).ok).toBe(false)
      await there.enable(key.id, { actor: { type: 'system', id: 'test' } })
      expect((await here.verify(token.reveal())).ok).toBe(true)
    }
    const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(other.db)
    expect(rows).toMatchObject([{ busy: 0 }])
  })

  it('answers 503 after it was closed, twice if need be', async () => {
    const store = await sqliteStore(newPath())
    const keyring = keyringOver(store)
    const { token } = await keyring.create(input)
    await store.close()
    await store.close()
    expect(await keyring.verify(token.reveal())).toMatchObject({ ok: false, refusal: { code: 'auth_unavailable' } })
    await expect(keyring.create(input)).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})
