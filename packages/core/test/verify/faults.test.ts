import { describe, expect, it } from 'vitest'
import type { Hasher } from '../../src/crypto/hasher.js'
import { adapterOf } from '../../src/keyring/door.js'
import type { KeyringOptions } from '../../src/keyring/options.js'
import type { KeyStore } from '../../src/store/key-store.js'
import { readRecord, type StoredFields } from '../../src/store/read-record.js'
import type { OwnerAuthority } from '../../src/verify/owner-authority.js'

import { type access, accessWith, good, hang, open, owner, recordOf, start, wrong } from '../support/setup.js'

type Model = typeof access
const board = { type: 'board', id: 'b1' } as const
const failure = new Error('ECONNRESET')
const fail = () => {
  throw failure
}
const reject = () => Promise.reject(failure)

/** A world with two keys. Both ask for all that can fail: the owner, a role of the host, a level. */
async function make(options: Partial<KeyringOptions<Model>> = {}) {
  const world = open({ verifyTimeoutMs: 15, ...options })
  const rights = {
    scopes: ['members.read'],
    roles: ['hosted'],
    resources: { board: { mode: 'all', level: 'edit' } },
  } as const
  const [mine, other] = [
    await world.keyring.create({ ...good, ...rights }),
    await world.keyring.create({ ...good, ...rights }),
  ]
  const verify = (text: string) =>
    world.keyring.verify(text, { scopes: ['members.read', 'tasks.read'], resource: board })
  return { ...world, id: mine.key.id, token: mine.token.reveal(), other: other.token.reveal(), verify }
}

/** The refusal of what could not be known, and the event that tells the host. */
async function expectUnavailable(world: Awaited<ReturnType<typeof make>>, reason: string) {
  const verdict = await world.verify(world.token)
  expect(verdict).toEqual({
    ok: false,
    refusal: { code: 'auth_unavailable', reason, cause: expect.any(Error) },
    rateLimits: [],
  })
  expect(world.events).toEqual([
    { type: 'keyring.outage_began', reason, error: expect.any(Error), at: expect.any(Date) },
  ])
}

describe('a store that', () => {
  const garbage = (answer: unknown) => async () => answer as Awaited<ReturnType<KeyStore['find']>> // wrong on purpose
  it.each<[string, KeyStore['find'], string]>([
    ['throws', fail, 'store'],
    ['rejects', reject, 'store'],
    ['hangs', hang, 'timeout'],
    ['answers undefined', garbage(undefined), 'hash'],
    ['answers a text', garbage('record'), 'hash'],
    ['answers an empty object', garbage({}), 'hash'],
    ['answers an empty record', garbage({ record: {}, now: new Date() }), 'hash'],
  ])('%s makes verification unavailable, never a pass or a bad key (FI-30)', async (_, find, reason) => {
    const world = await make()
    world.storage.stubs.find = find
    await expectUnavailable(world, reason)
    delete world.storage.stubs.find
    expect((await world.verify(world.token)).ok).toBe(true)
  })

  it("returns another key's record lets nobody in", async () => {
    const world = await make()
    const { key } = await world.keyring.create(good)
    world.storage.stubs.find = () => world.store.find(key.id)
    await expectUnavailable(world, 'hash')
  })

  it('fails makes the other verbs throw store_unavailable with its cause', async () => {
    const { keyring, storage } = await make()
    Object.assign(storage.stubs, { find: reject, change: reject, list: reject })
    const verbs = [
      () => keyring.get('a1B2c3D4e5F6'),
      () => keyring.list(),
      () => keyring.update('a1B2c3D4e5F6', { name: 'n' }),
      () => keyring.enable('a1B2c3D4e5F6'),
      () => keyring.disable('a1B2c3D4e5F6'),
      () => keyring.revoke('a1B2c3D4e5F6'),
      () => keyring.delete('a1B2c3D4e5F6'),
    ]
    for (const verb of verbs) await expect(verb()).rejects.toMatchObject({ code: 'store_unavailable', cause: failure })
  })
})

describe('resolveOwner that', () => {
  const answers = (answer: unknown) => () => answer as OwnerAuthority // wrong on purpose
  const levels = (of: unknown) => answers({ scopes: ['*'], levels: of })
  it.each<[string, () => OwnerAuthority | Promise<OwnerAuthority>, string]>([
    ['throws', fail, 'owner'],
    ['rejects', reject, 'owner'],
    ['hangs', hang, 'timeout'],
    ['answers a text', answers('*'), 'owner'],
    ['answers true', answers(true), 'owner'],
    ['answers a list', answers(['*']), 'owner'],
    ['answers scopes as text', answers({ scopes: '*' }), 'owner'],
    ['answers null as scopes', answers({ scopes: null }), 'owner'],
    ['answers a number among scopes', answers({ scopes: ['members.read', 1] }), 'owner'],
    ['answers roles as text', answers({ roles: 'planner' }), 'owner'],
    ['answers null among roles', answers({ roles: [null] }), 'owner'],
    ['answers levels as text', levels('edit'), 'owner'],
    ['answers null as levels', levels(null), 'owner'],
    ['answers levels that throw', levels(fail), 'owner'],
    ['answers levels that reject', levels(reject), 'owner'],
    ['answers levels that hang', levels(hang), 'timeout'],
  ])('%s makes verification unavailable (FI-30)', async (_, resolveOwner, reason) => {
    await expectUnavailable(await make({ resolveOwner }), reason)
  })

  it.each<[string, unknown]>([
    ['an unknown level', () => 'own'],
    ['no text', () => ({ level: 'edit' })],
    ['true', () => true],
    ['nothing', () => undefined],
    ['a level of another type', { wall: { b1: 'edit' } }],
    ['a level that is inherited', { board: Object.create({ b1: 'edit' }) }],
  ])('returns %s as a level gives no level', async (_, given) => {
    const { verify, token } = await make({ resolveOwner: levels(given) })
    expect(await verify(token)).toMatchObject({ refusal: { code: 'insufficient_scope', missing: ['tasks.read'] } })
  })

  it('is asked with the owner, and only for a live key', async () => {
    const asked: unknown[] = []
    const { keyring, verify, id, token } = await make({
      resolveOwner: (who) => {
        asked.push(who)
        return { scopes: ['*'], levels: () => 'edit' }
      },
    })
    expect((await verify(token)).ok).toBe(true)
    await verify(wrong(token))
    await keyring.disable(id)
    await verify(token)
    expect(asked).toEqual([owner])
  })
})

describe('a role of the host that', () => {
  const answers = (answer: unknown) => () => answer as readonly string[] // wrong on purpose
  it.each<[string, Parameters<typeof accessWith>[0], string]>([
    ['throws', fail, 'owner'],
    ['rejects', reject, 'owner'],
    ['hangs', hang, 'timeout'],
    ['answers null', answers(null), 'owner'],
    ['answers a text', answers('*'), 'owner'],
    ['answers a number in its list', answers(['members.read', 1]), 'owner'],
  ])('%s makes verification unavailable, as a role of the key and of its owner (FI-30)', async (_, role, reason) => {
    await expectUnavailable(await make({ access: accessWith(role) }), reason)

    const asOwner = open({ access: accessWith(role), verifyTimeoutMs: 15, resolveOwner: () => ({ roles: ['hosted'] }) })
    const { token } = await asOwner.keyring.create(good)
    expect(await asOwner.keyring.verify(token.reveal())).toMatchObject({
      refusal: { code: 'auth_unavailable', reason },
    })
  })
})

describe('a hasher that', () => {
  const answers = (answer: unknown) => () => answer as ReturnType<Hasher['verify']> // wrong on purpose
  it.each<[string, Hasher['verify'], string]>([
    ['throws', fail, 'hash'],
    ['rejects', reject, 'hash'],
    ['hangs', hang, 'timeout'],
    ['answers true', answers(true), 'hash'],
    ['answers an outcome of its own', answers({ outcome: 'maybe' }), 'hash'],
  ])('%s makes verification unavailable, never a pass', async (_, verify, reason) => {
    const world = await make()
    world.hashing.stubs.verify = verify
    await expectUnavailable(world, reason)
  })

  it('fails during a creation lets no key be stored', async () => {
    const { keyring, storage, hashing } = open()
    hashing.stubs.hash = reject
    await expect(keyring.create(good)).rejects.toBe(failure)
    expect(storage.calls).toEqual(['checkValue', 'checkValue']) // of two peppers
  })
})

describe('a stored row with', () => {
  const unreadable = (...fields: string[]) => ({ code: 'insufficient_scope', fields })
  it.each<[string, Partial<StoredFields>, { code: string; reason?: string; fields?: string[] }]>([
    ['no scopes', { scopes: null }, unreadable('scopes')],
    ['scopes that are no JSON', { scopes: '["*"' }, unreadable('scopes')],
    ['scopes that are a text', { scopes: '"*"' }, unreadable('scopes')],
    ['a number among scopes', { scopes: '[1]' }, unreadable('scopes')],
    ['roles that are an object', { roles: '{}' }, unreadable('roles')],
    ['resources that are a list', { resources: '[]' }, unreadable('resources')],
    ['resources without a mode', { resources: '{"board":{"level":"edit"}}' }, unreadable('resources')],
    ['metadata that is no JSON', { metadata: 'x' }, unreadable('metadata')],
    ['tags that are no JSON', { tags: 'x' }, unreadable('tags')],
    ['tags that are no texts', { tags: '[1]' }, unreadable('tags')],
    ['an owner of no kind', { ownerType: 'robot' }, unreadable('owner')],
    ['an owner without an organisation', { organizationId: null }, unreadable('owner')],
    ['a creator of no kind', { createdByType: '' }, unreadable('createdBy')],
    ['a disabler of no kind', { disabledByType: 'robot', disabledById: 'r' }, unreadable('disabledBy')],
    ['a disabler without an id', { disabledByType: 'user' }, unreadable('disabledBy')],
    ['a lock that is neither on nor off', { locked: 'maybe' }, unreadable('locked')],
    ['an address list that is no list', { ipAllowList: '"::1"' }, unreadable('ipAllowList')],
    ['rate limits that are no list', { rateLimits: '{}' }, unreadable('rateLimits')],
    ['a name that is no text', { name: 7 }, unreadable('name')],
    ['an unreadable creation', { createdAt: 'yesterday' }, unreadable('createdAt')],
    ['a version that is no number', { version: 'x' }, unreadable('version')],
    [
      'an unreadable end of grace',
      { previousHash: '', previousHashExpiresAt: 'x' },
      unreadable('previousHashExpiresAt'),
    ],
    ['several faults', { scopes: null, metadata: '[]' }, unreadable('scopes', 'metadata')],
    ['an unknown status', { status: 'Active' }, { code: 'api_key_disabled' }],
    ['no status', { status: null }, { code: 'api_key_disabled' }],
    ['an unreadable expiry (CONS-10)', { expiresAt: 'never' }, { code: 'api_key_expired' }],
    ['NaN as expiry (CONS-10)', { expiresAt: Number.NaN }, { code: 'api_key_expired' }],
    ['an empty expiry (CONS-10)', { expiresAt: '' }, { code: 'api_key_expired' }],
    ['no environment', { environment: null }, { code: 'api_key_invalid', reason: 'environment' }],
    ['a number as environment', { environment: 5 }, { code: 'api_key_invalid', reason: 'environment' }],
    ['no hash', { hash: null }, { code: 'auth_unavailable', reason: 'hash' }],
    ['an empty hash', { hash: '' }, { code: 'auth_unavailable', reason: 'hash' }],
    ['a hash of no known kind', { hash: '$md5$v=1$YQ$YQ' }, { code: 'auth_unavailable', reason: 'hash' }],
    [
      'a hash under an unknown pepper',
      { hash: '$hmac-sha256$v=1$k=p9$YQ$YQ' },
      { code: 'auth_unavailable', reason: 'hash' },
    ],
    ['a number as hash', { hash: 5 }, { code: 'auth_unavailable', reason: 'hash' }],
  ])('%s refuses that key, and no other (FI-25)', async (_, changes, { fields, ...refusal }) => {
    const { store, storage, verify, id, token, other, events } = await make({
      access: accessWith(() => ['members.read']),
      resolveOwner: () => ({ scopes: ['*'], levels: () => 'edit' }),
    })
    const row = { ...fieldsOf(await recordOf(store, id)), ...changes }
    storage.stubs.find = async (asked) => {
      return asked === id ? { record: readRecord(row), now: new Date(start) } : store.find(asked)
    }
    expect(await verify(token)).toMatchObject({ ok: false, refusal })
    const alarms = events.filter(({ type }) => type === 'api_key.damaged')
    const alarm = expect.objectContaining({ type: 'api_key.damaged', keyId: id, fields })
    expect(alarms).toEqual(fields === undefined ? [] : [alarm])
    expect((await verify(other)).ok).toBe(true)
  })

  it('nothing wrong reads back unchanged, so the rows above are broken by their change only', async () => {
    const { store, id } = await make()
    const record = await recordOf(store, id)
    expect(readRecord(fieldsOf(record))).toEqual(record)
  })

  function fieldsOf(record: Awaited<ReturnType<typeof recordOf>>): StoredFields {
    const { owner, createdBy, disabledBy, grants, damaged: _, ...fields } = record
    return {
      ...fields,
      ownerType: owner.type,
      ownerId: owner.id,
      organizationId: owner.type === 'user' ? owner.organizationId : owner.id,
      createdByType: createdBy.type,
      createdById: createdBy.id,
      disabledByType: disabledBy?.type,
      disabledById: disabledBy?.id,
      scopes: JSON.stringify(grants.scopes),
      roles: JSON.stringify(grants.roles),
      resources: JSON.stringify(grants.resources),
      tags: JSON.stringify(fields.tags),
      metadata: JSON.stringify(fields.metadata),
      createdAt: fields.createdAt.getTime(),
      updatedAt: fields.updatedAt.getTime(),
    }
  }
})

describe('onEvent', () => {
  it.each<[string, (() => unknown) | undefined]>([
    ['throws', fail],
    ['rejects', reject],
    ['hangs', hang],
    // A promise that is none.
    // biome-ignore lint/suspicious/noThenProperty: it is what is tested
    ['answers something that throws when awaited', () => ({ then: fail })],
    ['is left out', undefined],
  ])('that %s changes no answer (FI-30)', async (_, onEvent) => {
    const { verify, keyring, id, token } = await make({ onEvent })
    expect((await verify(token)).ok).toBe(true)
    expect(await verify(wrong(token))).toMatchObject({ refusal: { code: 'api_key_invalid' } })
    await keyring.revoke(id)
    expect(await verify(token)).toMatchObject({ refusal: { code: 'api_key_revoked' } })
    adapterOf(keyring).notify({ type: 'api_key.exposed_in_url', keyId: id })
  })

  it('hears each refusal, and nothing else', async () => {
    const { keyring, verify, id, token, events } = await make()
    const { organizationId } = owner
    const failed = (code: string, reason = '', keyId: string | null = id) => {
      const found = keyId === null ? {} : { organizationId }
      return { type: 'api_key.verify_failed', code, reason, keyId, ...found } as const
    }
    const used = { type: 'api_key.used_after_revocation', keyId: id, organizationId } as const
    await verify(token)
    await verify('')
    await verify('nonsense')
    await verify(wrong(token))
    await keyring.verify(token, { scopes: ['reports.read'] })
    await keyring.disable(id)
    await verify(token)
    await keyring.enable(id)
    await keyring.revoke(id)
    await verify(token)
    await verify(wrong(token))
    adapterOf(keyring).notify({ type: 'api_key.exposed_in_url', keyId: id })
    expect(events).toEqual([
      failed('api_key_missing', '', null),
      failed('api_key_invalid', 'prefix', null),
      failed('api_key_invalid', 'secret'),
      failed('insufficient_scope'),
      failed('api_key_disabled'),
      failed('api_key_revoked'),
      used,
      failed('api_key_invalid', 'secret'),
      { type: 'api_key.exposed_in_url', keyId: id },
    ])
  })

  it('hears that a leaked key is still in use, while its user learns nothing', async () => {
    const { keyring, verify, id, token, events } = await make()
    const { organizationId } = owner
    await keyring.revoke(id, { reason: 'leaked' })
    await verify(token)
    expect(events).toEqual([
      { type: 'api_key.verify_failed', code: 'api_key_invalid', reason: 'leaked', keyId: id, organizationId },
      { type: 'api_key.used_after_revocation', keyId: id, organizationId },
    ])
  })

  it('hears where a refused request came from, and what the host calls it (FI-45)', async () => {
    const { keyring, id, token, events } = await make()
    const { organizationId } = owner
    const failed = { type: 'api_key.verify_failed', code: 'api_key_invalid' } as const
    const facts = { ip: '203.0.113.9', requestId: 'req-1' }
    await keyring.verify('nonsense', facts)
    await keyring.verify(wrong(token), facts)
    expect(events).toEqual([
      { ...failed, reason: 'prefix', keyId: null, ...facts },
      { ...failed, reason: 'secret', keyId: id, ...facts, organizationId },
    ])
  })

  it.each([
    ['is too long', 'x'.repeat(201)],
    ['is empty', ''],
    ['holds a key', null],
  ])('hears no name of a request that %s (FI-45)', async (_, requestId) => {
    const { keyring, token, events } = await make()
    await keyring.verify('nonsense', { requestId: requestId ?? `from ${token}` })
    expect(events).toEqual([{ type: 'api_key.verify_failed', code: 'api_key_invalid', reason: 'prefix', keyId: null }])
  })

  it('hears of a token that was rotated away and is still used, once a request (ROT-4)', async () => {
    const { keyring, id, token, events } = await make()
    const { organizationId } = owner
    await keyring.rotate(id, { graceMs: 60_000 })
    const request = {}
    const first = await keyring.verify(token, { request, requestId: 'req-1' })
    const second = await keyring.verify(token, { request, requestId: 'req-1' })
    expect([first, second].map((verdict) => verdict.ok && verdict.principal.token)).toEqual(['previous', 'previous'])
    expect(events).toEqual([{ type: 'api_key.previous_token_used', keyId: id, requestId: 'req-1', organizationId }])
  })
})
