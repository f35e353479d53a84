import { describe, expect, it } from 'vitest'
import type { UpdateInput } from '../../src/manage/key-input.js'
import type { Owner } from '../../src/values/owner.js'
import { type access, auditOf, good, open, owner, recordOf, start, write } from '../support/setup.js'

type Model = typeof access

describe('update', () => {
  const full = {
    ...good,
    preset: 'people',
    roles: ['planner'],
    resources: { board: { mode: 'all', level: 'read' } },
    tags: ['prod', 'ops'],
    metadata: { team: 'ops' },
    expiresAt: new Date(start + 100),
  } as const
  const at = (ms: number) => new Date(start + ms).toISOString()
  const people = ['members.read', 'members.invite']

  it.each<[string, UpdateInput<Model>, object, [type: string, before: object, after: object]]>([
    ['name', { name: 'n' }, { name: 'n' }, ['renamed', { name: 'ci' }, { name: 'n' }]],
    [
      'description',
      { description: 'd' },
      { description: 'd' },
      ['settings_changed', { description: null }, { description: 'd' }],
    ],
    [
      'metadata',
      { metadata: {} },
      { metadata: {} },
      ['settings_changed', { metadata: { team: 'ops' } }, { metadata: {} }],
    ],
    [
      'tags, which come sorted, in NFC and without spaces around them',
      { tags: [' zeta', 'Ops', 'e\u0301quipe'] },
      { tags: ['\u00e9quipe', 'Ops', 'zeta'] },
      ['settings_changed', { tags: ['ops', 'prod'] }, { tags: ['\u00e9quipe', 'Ops', 'zeta'] }],
    ],
    ['tags, to none', { tags: [] }, { tags: [] }, ['settings_changed', { tags: ['ops', 'prod'] }, { tags: [] }]],
    [
      'expiry',
      { expiresAt: new Date(start + 200) },
      { expiresAt: new Date(start + 200) },
      ['limits_changed', { expiresAt: at(100) }, { expiresAt: at(200) }],
    ],
    [
      'expiry, to never',
      { expiresAt: null },
      { expiresAt: null },
      ['limits_changed', { expiresAt: at(100) }, { expiresAt: null }],
    ],
    [
      'scopes, which end the preset',
      { scopes: ['reports.*'] },
      { preset: null, grants: { scopes: ['reports.*'], roles: ['planner'], resources: full.resources } },
      ['scopes_changed', { scopes: people, preset: 'people' }, { scopes: ['reports.*'], preset: null }],
    ],
    [
      'scopes, to none (SCOPE-10)',
      { scopes: [] },
      { preset: null, grants: { scopes: [], roles: ['planner'], resources: full.resources } },
      ['scopes_changed', { scopes: people, preset: 'people' }, { scopes: [], preset: null }],
    ],
    [
      'preset',
      { preset: 'read-only' },
      { preset: 'read-only', grants: { scopes: ['*.read'], roles: ['planner'], resources: full.resources } },
      ['scopes_changed', { scopes: people, preset: 'people' }, { scopes: ['*.read'], preset: 'read-only' }],
    ],
    [
      'roles',
      { roles: [] },
      { grants: { scopes: people, roles: [], resources: full.resources } },
      ['scopes_changed', { roles: ['planner'] }, { roles: [] }],
    ],
    [
      'resources',
      { resources: {} },
      { grants: { scopes: people, roles: ['planner'], resources: {} } },
      ['grants_changed', { resources: full.resources }, { resources: {} }],
    ],
  ])('changes %s only, and records before and after (AUD-1)', async (_, changes, fields, [type, before, after]) => {
    const { keyring, store, clock } = open()
    const { key } = await keyring.create(full)
    clock.at += 7
    const actor = { type: 'user', id: 'u9' } as const
    const updated = await keyring.update(key.id, changes, { actor, context: { requestId: 'r1' } })
    expect(updated).toEqual({ ...key, ...fields, updatedAt: new Date(start + 7), version: 2 })
    expect(await keyring.get(key.id)).toEqual(updated)
    const [created, record] = await auditOf(store)
    expect(record).toEqual({
      type: `api_key.${type}`,
      organizationId: 'org1',
      seq: Number(created?.seq) + 1,
      keyId: key.id,
      at: new Date(start + 7),
      actor,
      context: { requestId: 'r1' },
      data: { before, after },
      auditKeyId: null,
      hash: expect.not.stringContaining(String(created?.hash)),
    })
    expect(await auditOf(store)).toHaveLength(2)
  })

  it('writes one record for each kind of change', async () => {
    const { keyring, store } = open()
    const { key } = await keyring.create(full)
    await keyring.update(key.id, { name: 'n', scopes: [], resources: {}, metadata: {}, expiresAt: null })
    expect((await auditOf(store)).map(({ type }) => type.replace('api_key.', ''))).toEqual([
      ...['created', 'renamed', 'settings_changed', 'scopes_changed', 'grants_changed', 'limits_changed'],
    ])
  })

  it('leaves a key unchanged that has the settings already', async () => {
    const { keyring, store } = open()
    const { key } = await keyring.create(full)
    const before = await recordOf(store, key.id)
    const { owner: _, ...settings } = full
    for (const same of [{}, { name: undefined }, settings, { preset: null }]) {
      expect(await keyring.update(key.id, same)).toEqual(key)
    }
    expect(await recordOf(store, key.id)).toEqual(before)
    expect(await auditOf(store)).toHaveLength(1)
  })

  it('takes effect with the next request, and revives an expired key', async () => {
    const { keyring, clock } = open()
    const { key, token } = await keyring.create(full)
    const scopes = async () => {
      const verdict = await keyring.verify(token.reveal())
      return verdict.ok ? verdict.principal.scopes : verdict.refusal.code
    }
    await keyring.update(key.id, { scopes: [], roles: [] })
    expect(await scopes()).toEqual([])
    clock.at += 100
    expect(await scopes()).toBe('api_key_expired')
    await keyring.update(key.id, { scopes: ['reports.read'], expiresAt: new Date(clock.at + 1) })
    expect(await scopes()).toEqual(['reports.read'])
  })

  it('loses none of two changes at the same time', async () => {
    const { keyring, store } = open()
    const { key } = await keyring.create(good)
    await Promise.all([
      keyring.update(key.id, { name: 'n' }),
      keyring.disable(key.id),
      keyring.update(key.id, { scopes: ['members.read'] }),
      ...Array.from({ length: 10 }, () => keyring.update(key.id, { roles: ['planner'] })),
    ])
    expect(await recordOf(store, key.id)).toMatchObject({
      name: 'n',
      status: 'disabled',
      grants: { scopes: ['members.read'], roles: ['planner'] },
      version: 5,
    })
    expect(await auditOf(store)).toHaveLength(5)
  })

  it('fails when its audit record cannot be written (AUD-2)', async () => {
    const { keyring, store, storage } = open()
    const { key } = await keyring.create(good)
    const before = await recordOf(store, key.id)
    storage.stubs.change = (id, request) =>
      store.change(id, {
        ...request,
        decide: (record, context) => {
          const decision = request.decide(record, context)
          // Half a character has no canonical form, so no hash can cover it.
          return (
            decision && { ...decision, audit: decision.audit.map((draft) => ({ ...draft, data: { a: '\ud800' } })) }
          )
        },
      })
    await expect(keyring.update(key.id, { name: 'n' })).rejects.toMatchObject({ code: 'invalid_input' })
    expect(await recordOf(store, key.id)).toEqual(before)
    expect(await auditOf(store)).toHaveLength(1)
  })

  it('when refused, names the attempted change, the key and its status', async () => {
    const { keyring } = open()
    const { key } = await keyring.create(good)
    await keyring.revoke(key.id)
    const refusal = { code: 'invalid_state', keyId: key.id, status: 'revoked' }
    await expect(keyring.update(key.id, { name: 'n' })).rejects.toMatchObject({ ...refusal, attempted: 'update' })
    await expect(keyring.enable(key.id)).rejects.toMatchObject({ ...refusal, attempted: 'enable' })
    await expect(keyring.disable(key.id)).rejects.toMatchObject({ ...refusal, attempted: 'disable' })
  })
})

describe('disable and enable', () => {
  it('set and clear the instant of the disabling', async () => {
    const { keyring, clock } = open()
    const { key } = await keyring.create(good)
    clock.at += 5
    expect(await keyring.disable(key.id)).toMatchObject({ status: 'disabled', disabledAt: new Date(start + 5) })
    expect(await keyring.enable(key.id)).toMatchObject({ status: 'active', disabledAt: null })
  })

  it('refuse a key of unknown stored status, which revoke and delete end (FI-25)', async () => {
    const { keyring, store, storage } = open()
    const { key } = await keyring.create(good)
    storage.stubs.change = (id, request) =>
      store.change(id, {
        ...request,
        decide: (record, context) => request.decide({ ...record, status: 'unknown' }, context),
      })
    await expect(keyring.enable(key.id)).rejects.toMatchObject({ code: 'invalid_state', status: 'unknown' })
    await expect(keyring.disable(key.id)).rejects.toMatchObject({ code: 'invalid_state', status: 'unknown' })
    storage.stubs.find = async (id) => {
      const found = await store.find(id)
      return found && { ...found, record: { ...found.record, status: 'unknown' } }
    }
    expect(await keyring.get(key.id)).toMatchObject({ status: 'disabled' })
    expect(await keyring.revoke(key.id)).toMatchObject({ status: 'revoked' })
  })
})

describe('revoke', () => {
  it('keeps the first reason, and ends the seal and the token in grace', async () => {
    const { keyring, store, clock } = open()
    const { key } = await keyring.create(good)
    await write(store, key.id, { sealed: 's', previousHash: 'h', previousHashExpiresAt: new Date(start + 100) })
    clock.at += 5
    const revoked = await keyring.revoke(key.id, { reason: 'left the company' })
    expect(revoked).toMatchObject({
      status: 'revoked',
      revokedAt: new Date(start + 5),
      revokedReason: 'left the company',
      revealable: false,
      previousTokenExpiresAt: null,
    })
    expect(await recordOf(store, key.id)).toMatchObject({
      sealed: null,
      previousHash: 'h',
      previousHashExpiresAt: new Date(start + 5),
    })
    clock.at += 5
    expect(await keyring.revoke(key.id, { reason: 'another' })).toEqual(revoked)
    expect((await auditOf(store)).map(({ data }) => data).slice(1)).toEqual([{ reason: 'left the company' }])
  })

  it('succeeds with over-long or malformed context from the client', async () => {
    const { keyring, store } = open()
    const { key } = await keyring.create(good)
    const userAgent = `${'a'.repeat(255)}😀`
    await keyring.revoke(key.id, {}, { context: { userAgent, ip: '\udc00', requestId: 'r'.repeat(1_000) } })
    expect((await keyring.get(key.id))?.status).toBe('revoked')
    expect((await auditOf(store)).at(-1)?.context).toEqual({
      userAgent: `${'a'.repeat(255)}\ufffd`,
      ip: '\ufffd',
      requestId: 'r'.repeat(256),
    })
  })
})

describe('delete', () => {
  it('leaves a tombstone with id, name, owner and instants, and the id is never used again (CONS-13)', async () => {
    const { keyring, store, storage, clock } = open()
    const { key } = await keyring.create({
      ...good,
      preset: 'people',
      roles: ['planner'],
      resources: { board: { mode: 'all', level: 'read' } },
      description: 'd',
      tags: ['prod'],
      metadata: { a: 1 },
      expiresAt: new Date(start + 100),
    })
    await write(store, key.id, { sealed: 's', previousHash: 'h', previousHashExpiresAt: new Date(), lookupDigest: 'l' })
    const before = await recordOf(store, key.id)
    clock.at += 5
    expect(await keyring.delete(key.id)).toBeUndefined()
    expect(await recordOf(store, key.id)).toEqual({
      ...before,
      status: 'deleted',
      deletedAt: new Date(start + 5),
      updatedAt: new Date(start + 5),
      version: 3,
      description: null,
      grants: { scopes: [], roles: [], resources: {} },
      preset: null,
      tags: [],
      metadata: {},
      hash: null,
      previousHash: null,
      previousHashExpiresAt: null,
      lookupDigest: null, // it was imported
      sealed: null,
    })
    expect(await keyring.get(key.id)).toBeNull()
    expect((await keyring.list()).keys).toEqual([])
    storage.stubs.insert = (request) => store.insert({ ...request, id: key.id })
    await expect(keyring.create(good)).rejects.toThrow('random source')
  })
})

describe('a verb within a boundary', () => {
  const organization: Owner = { type: 'organization', id: 'org1' }
  const inside = [{ organizationId: 'org1' }, { owner }, { owner, organizationId: 'org1' }]
  const outside = [
    { organizationId: 'org2' },
    { owner: { ...owner, id: 'u2' } },
    { owner: { ...owner, organizationId: 'org2' } },
    { owner: organization },
    { owner, organizationId: 'org2' },
    // Bounds that name nothing, as where a host's own lookup came back empty, hold nothing (SCOPE-10).
    {},
  ]

  it.each(inside)('reaches a key inside %j', async (within) => {
    const { keyring } = open()
    const { key } = await keyring.create(good)
    expect(await keyring.get(key.id, { within })).toEqual(key)
    expect(await keyring.disable(key.id, {}, { within })).toMatchObject({ status: 'disabled' })
  })

  it.each(outside)('finds no key outside %j (HTTP-20)', async (within) => {
    const { keyring, store } = open()
    const { key } = await keyring.create(good)
    const before = await recordOf(store, key.id)
    const options = { within }
    expect(await keyring.get(key.id, options)).toBeNull()
    const verbs = [
      (id: string) => keyring.update(id, { name: 'n' }, options),
      (id: string) => keyring.enable(id, options),
      (id: string) => keyring.disable(id, {}, options),
      (id: string) => keyring.revoke(id, {}, options),
      (id: string) => keyring.delete(id, options),
    ]
    for (const verb of verbs) {
      const [elsewhere, nowhere] = await Promise.all(
        [key.id, 'a1B2c3D4e5F6'].map((id) => verb(id).catch((error) => error)),
      )
      expect(elsewhere).toMatchObject({ code: 'key_not_found', keyId: key.id })
      expect([elsewhere.message, Object.keys(elsewhere)]).toEqual([nowhere.message, Object.keys(nowhere)])
    }
    expect(await recordOf(store, key.id)).toEqual(before)
    expect(await auditOf(store)).toHaveLength(1)
  })

  it('tells nothing of the status of a key outside', async () => {
    const { keyring } = open()
    const { key } = await keyring.create(good)
    await keyring.revoke(key.id)
    const options = { within: { organizationId: 'org2' } }
    await expect(keyring.enable(key.id, options)).rejects.toMatchObject({ code: 'key_not_found' })
    const late = keyring.update(key.id, { expiresAt: new Date(start) }, options)
    await expect(late).rejects.toMatchObject({ code: 'key_not_found' })
  })
})

describe('get and revoke', () => {
  it.each([undefined, null, 5, {}])('refuse an id that is not a string: %j', async (id) => {
    const { keyring } = open()
    const odd = id as string // wrong on purpose
    await expect(keyring.get(odd)).rejects.toMatchObject({ code: 'invalid_input', field: 'id' })
    await expect(keyring.revoke(odd)).rejects.toMatchObject({ code: 'invalid_input', field: 'id' })
  })

  it('find no key by an empty id', async () => {
    const { keyring } = open()
    await keyring.create(good)
    expect(await keyring.get('')).toBeNull()
    await expect(keyring.revoke('')).rejects.toMatchObject({ code: 'key_not_found' })
  })
})
