import { managementApi } from '@keywright/api'
import {
  type ArchivePart,
  createGate,
  createKeyring,
  defineAccess,
  hmacSha256,
  memoryStore,
  type Owner,
  verifyAuditExport,
} from '@keywright/core'
import { dashboard } from '@keywright/dashboard'
import { requireKey } from '@keywright/express'
import { requireKey as requireKeyOfHono } from '@keywright/hono'
import { kyselyStore } from '@keywright/kysely'
import { createMcpAuth } from '@keywright/mcp'
import { describe, expect, it } from 'vitest'
import { sqliteFile } from './support/sqlite-file.js'

const access = defineAccess({
  scopes: { 'files.read': 'See files', 'files.write': 'Change files', 'keys.manage': 'Manage keys' },
})
const owner: Owner = { type: 'user', id: 'ada', organizationId: 'acme' }
const input = { name: 'ci', owner, scopes: ['files.read'] } as const
const options = {
  prefix: 'tk',
  environment: 'live',
  access,
  resolveOwner: ({ id }: Owner) => ({ scopes: id === 'ada' ? ['*'] : ['files.read'] }),
} as const

describe('rights', () => {
  it('B8: an actor adds no right that is not theirs, and takes none along from the key, whatever they change', async () => {
    const { keyring } = await (await sqliteFile()).open(options)
    const reader = { actor: { type: 'user', id: 'bob' } } as const
    const { key } = await keyring.create({ ...input, scopes: ['files.write'], ipAllowList: ['10.0.0.0/8'] })
    const refused = { code: 'scope_exceeds_actor' }
    await expect(keyring.create({ ...input, scopes: ['files.write'] }, reader)).rejects.toMatchObject(refused)
    await expect(keyring.update(key.id, { scopes: ['files.write', 'files.read'] }, reader)).resolves.toMatchObject({
      grants: { scopes: ['files.write', 'files.read'] },
    })
    await expect(keyring.update(key.id, { scopes: ['*'] }, reader)).rejects.toMatchObject(refused)
    // One field alone is narrower or the same, and the product of both is wider.
    await expect(keyring.update(key.id, { ipAllowList: ['0.0.0.0/0'] }, reader)).rejects.toMatchObject(refused)
    await expect(keyring.update(key.id, { scopes: ['files.read'], ipAllowList: null }, reader)).resolves.toMatchObject({
      grants: { scopes: ['files.read'] },
    })
  })
})

describe('an option that is misspelt or lost', () => {
  const keyring = createKeyring({
    ...options,
    store: memoryStore(),
    hasher: hmacSha256({ current: 'p1', peppers: { p1: 'the pepper of a test, 32 bytes or more' } }),
  })
  // As JavaScript would call them.
  const call =
    <F extends (...args: never[]) => unknown>(make: F, ...args: readonly unknown[]) =>
    () =>
      Reflect.apply(make, undefined, args)

  it.each([
    [
      'createKeyring',
      call(createKeyring, { ...options, store: memoryStore(), alowKeyManagement: true }),
      'alowKeyManagement',
    ],
    ['createGate', call(createGate, keyring, { scope: ['files.write'] }), 'scope'],
    ['requireKey of Express', call(requireKey, keyring, { scope: ['files.write'] }), 'scope'],
    ['requireKey of Hono', call(requireKeyOfHono, keyring, { scopes: undefined }), 'scopes'],
    ['createMcpAuth', call(createMcpAuth, keyring, { requireHttp: true }), 'requireHttp'],
    ['managementApi', call(managementApi, keyring, { identifie: () => null }), 'identifie'],
    ['dashboard', call(dashboard, keyring, { brandng: {} }), 'brandng'],
    ['kyselyStore', call(kyselyStore, {}, { tablePrefx: 'a_' }), 'tablePrefx'],
  ])('B9: stops %s, and its message names it', (_, make, name) => {
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_options', message: expect.stringContaining(name) }))
  })
})

describe('the transaction of a host', () => {
  it('B10: takes a key along, and its rollback takes it back with its record and its place in the plan', async () => {
    const { keyring, db } = await (await sqliteFile()).open({
      ...options,
      plans: { free: { maxKeys: 1 } },
      resolvePlan: () => 'free',
    })
    const makeKey = (fails: boolean) =>
      db.transaction().execute(async (trx) => {
        const created = await keyring.inTransaction(trx).create(input)
        if (fails) throw new Error('the host fails')
        return created
      })
    await expect(makeKey(true)).rejects.toThrow('the host fails')
    expect(await keyring.list({ organizationId: 'acme' })).toMatchObject({ keys: [] })
    expect(await keyring.audit.list({ organizationId: 'acme' })).toMatchObject({ records: [] })
    const { token } = await makeKey(false)
    expect((await keyring.verify(token.reveal())).ok).toBe(true)
    await expect(makeKey(false)).rejects.toMatchObject({ code: 'plan_limit_reached' })
  })
})

describe('what is old', () => {
  it('B16: goes into an archive that verifies by itself, and the log that is left is whole', async () => {
    const { keyring } = await (await sqliteFile()).open(options)
    const { key } = await keyring.create(input)
    for (const name of ['a', 'b', 'c']) await keyring.update(key.id, { name })
    const lines: string[] = []
    const archive = async ({ lines: some }: ArchivePart) => {
      for await (const line of some) lines.push(line)
    }
    const done = await keyring.prune({ audit: { olderThanMs: 0, archive } })
    expect(done).toMatchObject({ broken: [] })
    expect(lines.length).toBeGreaterThan(3)
    expect(await verifyAuditExport(lines)).toMatchObject({ ok: true })
    expect(await keyring.audit.verify({ organizationId: 'acme' })).toMatchObject({ ok: true })
  })
})
