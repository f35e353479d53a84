import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hourOf } from '@keywright/core/store'
import { testKeyring, testKeyStore, testOwners } from '@keywright/testkit'
import { createClient as createFileClient } from '@libsql/client'
import { type Client, type Config, createClient, type InStatement } from '@libsql/client/http'
import Database from 'libsql'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { describeFully } from '../../../test/support/everything.js'
import { libsqlHttpStore, migrateLibsqlHttp, migrationSql } from '../src/index.js'
import { type HranaOptions, startHranaServer } from './hrana-server.js'

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'keywright-libsql-'))
}

/** Does something at the primary, past every server. */
function change(path: string, statement: string): void {
  const primary = new Database(path)
  primary.exec(statement)
  primary.close()
}

/** A server over a file, and clients of it. */
async function openServer(folder: string, options: Partial<HranaOptions> = {}) {
  const path = join(folder, 'primary.db')
  new Database(path).close()
  const server = await startHranaServer({ path, ...options })
  const client = (config: Partial<Config> = {}) => createClient({ url: server.url, ...config })
  return { path, server, client }
}

describeFully('libSQL over HTTP', () => {
  const folder = newFolder()
  const opening = openServer(folder).then(async ({ server, client }) => {
    await migrateLibsqlHttp(client())
    return { server, stores: [libsqlHttpStore(client()), libsqlHttpStore(client({ intMode: 'bigint' }))] }
  })
  afterAll(async () => {
    await (await opening).server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  let opened = 0
  testKeyStore({
    name: 'over a server of the tests',
    // Two clients take turns, as two processes would.
    open: async () => {
      const { stores } = await opening
      opened += 1
      return stores[opened % 2] ?? expect.unreachable()
    },
  })
})

/** A database of a test's own, with a key. */
async function withKey(options: Partial<HranaOptions> = {}) {
  const own = newFolder()
  const opened = await openServer(own, options)
  onTestFinished(async () => {
    await opened.server.close()
    rmSync(own, { recursive: true, force: true })
  })
  await migrateLibsqlHttp(opened.client())
  const store = libsqlHttpStore(opened.client())
  const { keyring } = testKeyring({ store })
  const input = { name: 'ci', owner: testOwners.user, scopes: ['members.read'] } as const
  const { key, token } = await keyring.create(input)
  const verify = async () => (await keyring.verify(token.reveal())).ok
  /** A client of a replica that goes no further. */
  const replicate = async () => {
    const replicaPath = join(own, 'replica.db')
    change(opened.path, `vacuum into '${replicaPath}'`)
    const replica = await startHranaServer({ path: opened.path, replicaPath })
    onTestFinished(() => replica.close())
    return createClient({ url: replica.url })
  }
  return { ...opened, keyring, key, input, verify, token, replicate }
}

const outage = { ok: false, refusal: { code: 'auth_unavailable' } }

describe('a verification over HTTP', () => {
  it('is one request, and sees what another client has just revoked', async () => {
    const { client, server, keyring, key, verify, token } = await withKey()
    const other = testKeyring({ store: libsqlHttpStore(client()) }).keyring
    expect((await other.verify(token.reveal())).ok).toBe(true)
    await keyring.revoke(key.id)
    const before = server.seen.pipelines
    expect((await other.verify(token.reveal())).ok).toBe(false)
    expect(server.seen.pipelines - before).toBe(1)
    expect(await verify()).toBe(false)
  })

  it('is answered by the primary, where a replica is older', async () => {
    const { keyring, key, token, input, replicate } = await withKey()
    const near = await replicate()
    const status = { sql: 'select status from api_keys where id = ?1', args: [key.id] }
    const { keyring: nearby } = testKeyring({ store: libsqlHttpStore(near) })
    await keyring.revoke(key.id)
    // The replica says so, also within a transaction for writing.
    expect((await near.batch([status], 'write'))[0]?.rows[0]?.status).toBe('active')
    expect((await nearby.verify(token.reveal())).ok).toBe(false)
    const made = await nearby.create(input)
    expect((await nearby.list({ owner: input.owner })).keys.map(({ id }) => id)).toContain(made.key.id)
    expect(await nearby.audit.verify({ organizationId: input.owner.organizationId })).toMatchObject({ ok: true })
  })

  it('is answered by the primary, where it was restored without its table of migrations', async () => {
    const { path, keyring, key, token, replicate } = await withKey()
    const { keyring: nearby } = testKeyring({ store: libsqlHttpStore(await replicate()) })
    await keyring.revoke(key.id)
    change(path, 'drop table api_key_migrations')
    expect((await nearby.verify(token.reveal())).ok).toBe(false)
  })

  it('is told as an outage, where the primary was restored empty', async () => {
    const { path, token, replicate } = await withKey()
    const near = await replicate()
    const { keyring: nearby } = testKeyring({ store: libsqlHttpStore(near) })
    const primary = new Database(path)
    const found = primary.prepare("select name from sqlite_master where type = 'table' and name like 'api_key%'").all()
    for (const { name } of found as { name: string }[]) primary.exec(`drop table ${name}`) // as asked
    primary.close()
    expect(await nearby.verify(token.reveal())).toMatchObject(outage)
    expect(await migrateLibsqlHttp(near)).toEqual(migrationSql().map(({ name }) => name))
    expect((await nearby.verify(token.reveal())).ok).toBe(false)
  })

  it('waits while another holds the lock of the server, and is told as an outage after a second', async () => {
    const { path, keyring, token, verify } = await withKey()
    const other = new Database(path)
    onTestFinished(() => {
      other.close()
    })
    other.exec('begin immediate')
    const waiting = verify()
    await new Promise((resolve) => setTimeout(resolve, 20))
    other.exec('rollback')
    expect(await waiting).toBe(true)
    other.exec('begin immediate')
    expect(await keyring.verify(token.reveal())).toMatchObject(outage)
  })

  it.each(['number', 'bigint', 'string'] as const)('reads whole numbers that come as a %s', async (intMode) => {
    const { client, key, token, input } = await withKey()
    const { keyring } = testKeyring({ store: libsqlHttpStore(client({ intMode })) })
    expect((await keyring.verify(token.reveal())).ok).toBe(true)
    await keyring.update(key.id, { name: 'renamed' })
    expect(await keyring.audit.verify({ organizationId: input.owner.organizationId })).toMatchObject({ ok: true })
    expect(await keyring.doctor()).toEqual([])
  })
})

describe('a change over HTTP', () => {
  it('has an unknown outcome when its answer is lost, and is not sent twice', async () => {
    let writes = 0
    const { client, input } = await withKey({
      onAnswer: (requests) => {
        if (!JSON.stringify(requests).includes('insert into api_keys') || writes++ === 0) return
        throw new Error('The answer is lost')
      },
    })
    const { keyring } = testKeyring({ store: libsqlHttpStore(client()) })
    await expect(keyring.create(input)).rejects.toMatchObject({ code: 'outcome_unknown' })
    expect(writes).toBe(2)
    expect((await keyring.list({ owner: input.owner })).keys).toHaveLength(2)
  })

  it('rejects with store_unavailable when the server does not answer', async () => {
    const { server, keyring, key } = await withKey()
    await server.close()
    await expect(keyring.revoke(key.id)).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

describe('migrateLibsqlHttp', () => {
  it('makes the tables once, also when it is called twice at once', async () => {
    const own = newFolder()
    const { server, client } = await openServer(own)
    onTestFinished(async () => {
      await server.close()
      rmSync(own, { recursive: true, force: true })
    })
    const problem = async () => (await libsqlHttpStore(client()).inspect({ hashes: [], seals: [] })).schemaProblem
    expect(await problem()).toContain('are not there')
    const ran = await Promise.all([migrateLibsqlHttp(client()), migrateLibsqlHttp(client())])
    expect(ran.flat().sort()).toEqual(migrationSql().map(({ name }) => name))
    expect(await migrateLibsqlHttp(client())).toEqual([])
    expect(await problem()).toBeNull()
  })
})

describe('a client that is not over HTTP', () => {
  it('is refused, with what to do instead', () => {
    const file = createFileClient({ url: 'file::memory:' })
    onTestFinished(() => file.close())
    for (const client of [file, undefined, {}, { protocol: 'http' }] as Parameters<typeof libsqlHttpStore>[0][])
      for (const use of [libsqlHttpStore, migrateLibsqlHttp])
        expect(() => use(client)).toThrow(
          /^client must be a client of @libsql\/client over HTTP: .* @keywright\/kysely; .* everywhere\.$/,
        )
  })
})

/** As `batch` of `@tursodatabase/serverless/compat` is up to 1.2.3: without values and transaction, and with one answer for all. */
const withoutValues = (client: Client) => async (statements: { sql: string }[]) => {
  const answers = []
  for (const { sql } of statements) answers.push(await client.execute({ sql, args: [] }))
  return answers.slice(0, 1)
}
/** As it is in 1.4.0. */
const byName = (client: Client) => async (statements: InStatement[], mode: 'write') => {
  const answers = await client.batch(statements, mode)
  return answers.map(({ columns, rows }) => ({
    columns,
    rows: rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name]]))),
  }))
}

describe.each([
  ['without values', withoutValues],
  ['by name', byName],
])('a client that carries out a batch %s', (_, batchOf) => {
  it('is refused before anything is written, and its package is named', async () => {
    const { client, path, token, key } = await withKey()
    const other = { protocol: 'http', batch: batchOf(client()) }
    const refusal = { name: 'InvalidOptions', message: expect.stringContaining('@tursodatabase/serverless/compat') }
    await expect(migrateLibsqlHttp(other)).rejects.toMatchObject(refusal)
    const store = libsqlHttpStore(other)
    const { keyring } = testKeyring({ store })
    expect(await keyring.verify(token.reveal())).toMatchObject({ ...outage, refusal: { cause: refusal } })
    await expect(keyring.revoke(key.id)).rejects.toMatchObject(refusal)
    await expect(store.retention?.forgetIds(1)).rejects.toMatchObject(refusal)
    const hour = hourOf(new Date())
    const use = {
      keyId: key.id,
      organizationId: testOwners.user.organizationId,
      hour,
      count: 1,
      lastUsedAt: new Date(),
    }
    await expect(store.recordUsage('batch', [use])).rejects.toMatchObject(refusal)
    const primary = new Database(path, { readonly: true })
    onTestFinished(() => {
      primary.close()
    })
    expect(primary.prepare('select count(*) as uses from api_key_usage').get()).toMatchObject({ uses: 0 })
  })
})
