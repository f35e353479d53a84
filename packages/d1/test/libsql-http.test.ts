import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testKeyring, testKeyStore, testOwners } from '@keywright/testkit'
import { createClient as createFileClient } from '@libsql/client'
import { type Config, createClient } from '@libsql/client/http'
import Database from 'libsql'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { describeFully } from '../../../test/support/everything.js'
import { libsqlHttpStore, migrateLibsqlHttp, migrationSql } from '../src/index.js'
import { type HranaOptions, startHranaServer } from './hrana-server.js'

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'keywright-libsql-'))
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
  return { ...opened, folder: own, keyring, key, input, verify, token }
}

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
    const { path, folder, keyring, key, token, input } = await withKey()
    const replicaPath = join(folder, 'replica.db')
    const primary = new Database(path)
    primary.prepare('vacuum into ?').run(replicaPath)
    primary.close()
    const replica = await startHranaServer({ path, replicaPath })
    onTestFinished(() => replica.close())
    const near = createClient({ url: replica.url })
    const status = { sql: 'select status from api_keys where id = ?1', args: [key.id] }
    const store = libsqlHttpStore(near)
    const { keyring: nearby } = testKeyring({ store })
    await keyring.revoke(key.id)
    // The replica says so, also within a transaction for writing.
    expect((await near.batch([status], 'write'))[0]?.rows[0]?.status).toBe('active')
    expect((await nearby.verify(token.reveal())).ok).toBe(false)
    const made = await nearby.create(input)
    expect((await nearby.list({ owner: input.owner })).keys.map(({ id }) => id)).toContain(made.key.id)
    expect(await nearby.audit.verify({ organizationId: input.owner.organizationId })).toMatchObject({ ok: true })
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
