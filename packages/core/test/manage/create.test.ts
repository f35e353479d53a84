import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/crypto/secret.js'
import { OutcomeUnknown } from '../../src/errors/store-errors.js'
import { createKeyring } from '../../src/keyring/keyring.js'
import type { KeyringOptions } from '../../src/keyring/options.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import { accessWith, auditOf, good, open, owner, partsOf, recordOf, start } from '../support/setup.js'

describe('create', () => {
  it('returns a key with the given settings, and its token', async () => {
    const { keyring } = open()
    const { key, token } = await keyring.create(
      {
        name: '  Ci-pipeline e\u0301  ',
        description: 'Deploys\nat night',
        owner,
        scopes: ['members.read', 'members.read', 'reports.*'],
        roles: ['planner', 'planner'],
        resources: { board: { mode: 'specific', levels: { b1: 'edit', ['__proto__']: 'read' } } },
        environment: 'test',
        expiresAt: new Date(start + 1),
        metadata: { team: ['ops', 1, null] },
      },
      { actor: { type: 'user', id: 'u9' } },
    )
    const { id } = partsOf(token.reveal())
    expect(token.reveal()).toMatch(/^tk_test_/)
    expect(key).toEqual({
      id,
      environment: 'test',
      preview: `tk_test_${id.slice(0, 4)}…`,
      name: 'Ci-pipeline é',
      description: 'Deploys\nat night',
      owner,
      createdBy: { type: 'user', id: 'u9' },
      status: 'active',
      grants: {
        scopes: ['members.read', 'reports.*'],
        roles: ['planner'],
        resources: {
          board: {
            mode: 'specific',
            levels: Object.fromEntries([
              ['b1', 'edit'],
              ['__proto__', 'read'],
            ]),
          },
        },
      },
      preset: null,
      metadata: { team: ['ops', 1, null] },
      expiresAt: new Date(start + 1),
      ipAllowList: null,
      rateLimits: null,
      budget: null,
      binding: null,
      tags: [],
      createdAt: new Date(start),
      updatedAt: new Date(start),
      version: 1,
      disabledAt: null,
      disabledBy: null,
      disabledReason: null,
      locked: false,
      revokedAt: null,
      revokedReason: null,
      lastUsedAt: null,
      previousTokenExpiresAt: null,
      previousTokenLastUsedAt: null,
      revealable: false,
    })
    expect(await keyring.get(id)).toEqual(key)
  })

  it('gives no rights where the input names none, null or [] (SCOPE-9, SCOPE-10)', async () => {
    const { keyring } = open()
    const nothing = { scopes: [], roles: [], resources: {} }
    const empty = [{}, nothing, { scopes: undefined, preset: null, resources: { board: undefined } }]
    for (const grants of empty) {
      const { key, token } = await keyring.create({ ...good, ...grants })
      expect(key.grants).toEqual(nothing)
      const verdict = await keyring.verify(token.reveal())
      expect(verdict.ok && verdict.principal.scopes).toEqual([])
    }
    const { key } = await keyring.create(good)
    expect(key).toMatchObject({ description: null, environment: 'live', expiresAt: null, metadata: {}, preset: null })
    expect(key.createdBy).toEqual({ type: 'system', id: 'keyring' })
  })

  it('stores a hash and not the token, and writes one audit record (AUD-1, AUD-2)', async () => {
    const { keyring, store } = open()
    const { key, token } = await keyring.create(
      { ...good, scopes: ['members.read'], expiresAt: new Date(start + 5) },
      {
        actor: { type: 'user', id: 'u9' },
        // As it may come from outside: too long, and cut in the middle of a character.
        context: { ip: '203.0.113.9', userAgent: `${'a'.repeat(255)}😀` },
      },
    )
    const record = await recordOf(store, key.id)
    expect(record.hash).toMatch(/^\$hmac-sha256\$v=1\$k=p1\$/)
    expect(inspect(record, { depth: null })).not.toContain(partsOf(token.reveal()).secret)
    expect(await auditOf(store)).toEqual([
      {
        type: 'api_key.created',
        organizationId: 'org1',
        seq: 1,
        at: new Date(start),
        actor: { type: 'user', id: 'u9' },
        context: { ip: '203.0.113.9', userAgent: `${'a'.repeat(255)}\ufffd` },
        keyId: key.id,
        data: {
          name: 'ci',
          owner,
          scopes: ['members.read'],
          roles: [],
          preset: null,
          resources: {},
          expiresAt: new Date(start + 5).toISOString(),
          ipAllowList: null,
          rateLimits: null,
        },
        auditKeyId: null,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ])
  })

  it('shows the token through reveal() only (HASH-12)', async () => {
    const { keyring } = open()
    const created = await keyring.create(good)
    const { secret } = partsOf(created.token.reveal())
    expect(created.token).toBeInstanceOf(Secret)
    const shown = `${created.token}${created.token.toString()}${JSON.stringify(created)}${inspect(created, { depth: null, showHidden: true })}`
    expect(shown).toContain('[redacted]')
    expect(shown).not.toContain(secret.slice(0, 6))
  })

  it('keeps the name and the expansion of a preset, also when the preset changes (SCOPE-17)', async () => {
    const { keyring, store } = open()
    const { key, token } = await keyring.create({ ...good, preset: 'people', scopes: ['reports.read', 'members.read'] })
    expect(key.preset).toBe('people')
    expect(key.grants.scopes).toEqual(['members.read', 'members.invite', 'reports.read'])

    const later = open({ store, access: { ...accessWith(() => []), presets: new Map() } })
    const verdict = await later.keyring.verify(token.reveal())
    expect(verdict.ok && verdict.principal.scopes).toEqual(['members.read', 'members.invite', 'reports.read'])
  })

  it('grants a sensitive scope only by its name, not by *', async () => {
    const { keyring } = open()
    const scopesOf = async (scopes: readonly ('*' | 'billing.*' | 'billing.manage')[]) => {
      const { token } = await keyring.create({ ...good, scopes })
      const verdict = await keyring.verify(token.reveal())
      return verdict.ok ? verdict.principal.scopes : verdict.refusal
    }
    expect(await scopesOf(['*'])).toEqual(['members.read', 'members.invite', 'reports.read'])
    expect(await scopesOf(['billing.*'])).toEqual([])
    expect(await scopesOf(['billing.manage'])).toEqual(['billing.manage'])
  })

  it('issues tokens of each environment, and tokens without one where the product has none', async () => {
    const { keyring, store } = open()
    const { token } = await keyring.create({ ...good, environment: 'test' })
    expect(await keyring.verify(token.reveal())).toMatchObject({
      refusal: { code: 'api_key_invalid', reason: 'prefix' },
    })
    expect((await open({ store, environment: 'test' }).keyring.verify(token.reveal())).ok).toBe(true)

    const options = {
      prefix: 'ak',
      access: accessWith(() => []),
      store: memoryStore(),
      resolveOwner: 'uncapped',
    } as const
    const plain = createKeyring({ ...options, hasher: open().hashing.spy } satisfies KeyringOptions)
    const created = await plain.create(good)
    expect(created.key.environment).toBeNull()
    expect(created.token.reveal()).toMatch(/^ak_[0-9A-Za-z]{12}_/)
    expect((await plain.verify(created.token.reveal())).ok).toBe(true)
  })

  it("copies its input at once, so that the caller's later changes have no effect", async () => {
    const { keyring, store } = open()
    const input = {
      ...good,
      expiresAt: new Date(start + 1),
      metadata: { list: [1] },
      scopes: ['members.read' as const],
    }
    const creating = keyring.create(input)
    input.expiresAt.setTime(0)
    input.metadata.list.push(2)
    input.scopes.length = 0
    const { key } = await creating
    expect(await recordOf(store, key.id)).toMatchObject({
      expiresAt: new Date(start + 1),
      metadata: { list: [1] },
      grants: { scopes: ['members.read'] },
    })
  })

  it.each([-1, 0])(
    "refuses an expiry %i ms from the store's time, whatever the process's clock says (CONS-10)",
    async (ms) => {
      const { keyring, store } = open()
      const late = keyring.create({ ...good, expiresAt: new Date(start + ms) })
      await expect(late).rejects.toMatchObject({ code: 'invalid_input', field: 'expiresAt' })
      expect((await keyring.list()).keys).toEqual([])
      expect(await auditOf(store)).toEqual([])
    },
  )

  describe('when the id is taken (TOK-12)', () => {
    const taken = (times: number) => {
      const world = open()
      const ids: string[] = []
      world.storage.stubs.insert = async (request) => {
        ids.push(request.id)
        return ids.length > times ? world.store.insert(request) : null
      }
      return { ...world, ids }
    }

    it.each([1, 2])('tries another id %i times', async (times) => {
      const { keyring, store, ids } = taken(times)
      const { key, token } = await keyring.create(good)
      expect(new Set(ids).size).toBe(times + 1)
      expect(key.id).toBe(ids[times])
      expect((await keyring.verify(token.reveal())).ok).toBe(true)
      expect(await auditOf(store)).toHaveLength(1)
    })

    it('gives up after three ids', async () => {
      const { keyring, ids } = taken(3)
      await expect(keyring.create(good)).rejects.toThrow('random source')
      expect(ids).toHaveLength(3)
    })

    it('neither hands out nor changes the key that has the id', async () => {
      const { keyring, store, storage } = open()
      const first = await keyring.create(good)
      const before = await recordOf(store, first.key.id)
      storage.stubs.insert = (request) => store.insert({ ...request, id: first.key.id })
      await expect(keyring.create({ ...good, name: 'thief' })).rejects.toThrow('random source')
      expect(await recordOf(store, first.key.id)).toEqual(before)
    })
  })

  it('throws store_unavailable when the store fails, and outcome_unknown when the store says so', async () => {
    const { keyring, storage } = open()
    const cause = new Error('ECONNREFUSED')
    storage.stubs.insert = () => Promise.reject(cause)
    await expect(keyring.create(good)).rejects.toMatchObject({ code: 'store_unavailable', cause })
    storage.stubs.insert = () => Promise.reject(new OutcomeUnknown({ cause }))
    await expect(keyring.create(good)).rejects.toMatchObject({ code: 'outcome_unknown', cause })
  })
})
