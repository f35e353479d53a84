import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CreateInput } from '../../src/manage/key-input.js'
import type { VerifyOptions } from '../../src/requests/verify-options.js'
import type { OwnerAuthority } from '../../src/verify/owner-authority.js'
import {
  access,
  accessWith,
  auditOf,
  forge,
  good,
  open,
  partsOf,
  recordOf,
  start,
  write,
  wrong,
} from '../support/setup.js'

type Model = typeof access
type World = ReturnType<typeof open>
type Made = World & { readonly id: string; readonly token: string }

async function make(input: Partial<CreateInput<Model>> = {}, options: Parameters<typeof open>[0] = {}): Promise<Made> {
  const world = open(options)
  const { key, token } = await world.keyring.create({ ...good, ...input })
  world.storage.calls.length = 0
  return { ...world, id: key.id, token: token.reveal() }
}

describe('verify', () => {
  it('returns the principal of a live key', async () => {
    const { keyring, id, token } = await make({
      scopes: ['members.read'],
      resources: { board: { mode: 'specific', levels: { b1: 'read' } } },
    })
    const board = { type: 'board', id: 'b1' } as const
    const verdict = await keyring.verify(token, { scopes: ['members.read', 'tasks.read'], resource: board })
    if (!verdict.ok) throw new Error(verdict.refusal.code)
    const { principal } = verdict
    const { lastUsedAt: _, ...shown } = (await keyring.get(id)) ?? expect.unreachable()
    expect(principal.key).toEqual(shown)
    expect(principal).toMatchObject({ owner: good.owner, organizationId: 'org1', user: { id: 'u1' } })
    expect(principal.scopes).toEqual(['members.read'])
    expect(await principal.allowsOn('tasks.read', board)).toBe(true)
    expect(await principal.levelOn('board', 'b1')).toBe('read')
    expect(await principal.levelOn('board', 'b2')).toBeNull()
  })

  const board = { type: 'board', id: 'b1' } as const
  const global: VerifyOptions<Model> = { scopes: ['members.read', 'reports.read'] }
  const move: VerifyOptions<Model> = { scopes: ['tasks.move'], resource: board }
  const onBoard = (level: 'read' | 'edit') => ({ resources: { board: { mode: 'all', level } } }) as const

  /** What is made, what is done to it and presented, and the refusal, in which `keyId` stands for the key's own. */
  type Row = [
    what: string,
    input: Partial<CreateInput<Model>>,
    act: (made: Made) => unknown,
    refusal: object,
    needs?: VerifyOptions<Model>,
    options?: Parameters<typeof open>[0],
  ]
  const nothing = () => {}
  const lacking = (required: string[], missing = required, resource: object | null = null) => ({
    code: 'insufficient_scope',
    keyId: true,
    required,
    missing,
    resource,
  })
  const rows: Row[] = [
    ['no token', {}, () => '', { code: 'api_key_missing' }],
    ['no token of ours', {}, () => 'Bearer', { code: 'api_key_invalid', reason: 'prefix', keyId: null }],
    [
      'a token of another environment (TOK-8)',
      { environment: 'test' },
      nothing,
      { code: 'api_key_invalid', reason: 'prefix', keyId: null },
    ],
    ['a wrong secret', {}, ({ token }) => wrong(token), { code: 'api_key_invalid', reason: 'secret', keyId: true }],
    [
      'an unknown id',
      {},
      ({ token }) => forge(token, { id: 'a1B2c3D4e5F6' }),
      { code: 'api_key_invalid', reason: 'unknown', keyId: null },
    ],
    [
      'a deleted key',
      {},
      ({ keyring, id }) => keyring.delete(id),
      { code: 'api_key_invalid', reason: 'secret', keyId: true },
    ],
    [
      'a key whose row has another environment (TOK-8)',
      {},
      // No change can write this field: it is a row that was moved by hand.
      ({ store, storage }) => {
        storage.stubs.find = async (id) => {
          const found = await store.find(id)
          return found && { ...found, record: { ...found.record, environment: 'test' } }
        }
      },
      { code: 'api_key_invalid', reason: 'environment', keyId: true },
    ],
    ['a disabled key', {}, ({ keyring, id }) => keyring.disable(id), { code: 'api_key_disabled', keyId: true }],
    ['a revoked key', {}, ({ keyring, id }) => keyring.revoke(id), { code: 'api_key_revoked', keyId: true }],
    [
      'a leaked key',
      {},
      ({ keyring, id }) => keyring.revoke(id, { reason: 'leaked' }),
      { code: 'api_key_invalid', reason: 'leaked', keyId: true },
    ],
    [
      'a key at the instant of its expiry (CONS-10)',
      { expiresAt: new Date(start + 1) },
      ({ clock }) => {
        clock.at += 1
      },
      { code: 'api_key_expired', keyId: true },
    ],
    [
      'a key whose owner is no longer there',
      {},
      nothing,
      { code: 'owner_inactive', keyId: true },
      {},
      { resolveOwner: () => null },
    ],
    [
      'a key without a scope',
      { scopes: ['members.read'] },
      nothing,
      lacking(['members.read', 'reports.read'], ['reports.read']),
      global,
    ],
    [
      'an owner without a scope (SCOPE-6)',
      { scopes: ['*'] },
      nothing,
      lacking(['members.read', 'reports.read'], ['reports.read']),
      global,
      { resolveOwner: () => ({ scopes: ['members.*'] }) },
    ],
    [
      'a resource scope without a resource',
      onBoard('edit'),
      nothing,
      lacking(['tasks.move']),
      { scopes: ['tasks.move'] },
    ],
    ['a key of a lower level', onBoard('read'), nothing, lacking(['tasks.move'], undefined, board), move],
    [
      'an owner of a lower level',
      onBoard('edit'),
      nothing,
      lacking(['tasks.move'], undefined, board),
      move,
      { resolveOwner: () => ({ levels: { board: { b1: 'read' } } }) },
    ],
    ['a key without the resource', { scopes: ['*'] }, nothing, lacking(['tasks.move'], undefined, board), move],
  ]
  it.each(rows)('refuses %s', async (_, input, act, refusal, needs, options) => {
    const made = await make(input, options)
    const presented = await act(made)
    const expected = 'keyId' in refusal && refusal.keyId === true ? { ...refusal, keyId: made.id } : refusal
    const text = typeof presented === 'string' ? presented : made.token
    expect(await made.keyring.verify(text, needs)).toEqual({ ok: false, refusal: expected, rateLimits: [] })
  })

  it.each([undefined, null, ''])('answers %j as a missing key', async (nothingAtAll) => {
    const verdict = await open().keyring.verify(nothingAtAll as unknown as string) // wrong on purpose
    expect(verdict).toEqual({ ok: false, refusal: { code: 'api_key_missing' }, rateLimits: [] })
  })

  it.each([
    ['an unknown scope', ['members.delete'], 'scope_unknown', 'scopes[0]'],
    ['a wildcard', ['members.read', 'members.*'], 'invalid_options', 'scopes[1]'],
    ['no scope', [], 'invalid_options', 'scopes'],
    ['a text', 'members.read', 'invalid_options', 'scopes'],
  ])('throws for %s in its options, whatever the token', async (_, scopes, code, field) => {
    const { keyring, token, storage } = await make()
    for (const text of [token, 'nonsense']) {
      const refused = keyring.verify(text, { scopes } as VerifyOptions<Model>) // wrong on purpose
      await expect(refused).rejects.toMatchObject({ code, field })
    }
    expect(storage.calls).toEqual([])
  })
})

describe('the rights of a principal', () => {
  const scopesOf = async (input: Partial<CreateInput<Model>>, owner: OwnerAuthority, model = access) => {
    const { keyring, token } = await make(input, { access: model, resolveOwner: () => owner })
    const verdict = await keyring.verify(token)
    return verdict.ok ? verdict.principal.scopes : verdict.refusal
  }

  it('are closed before they are capped (SCOPE-6, SCOPE-7)', async () => {
    expect(await scopesOf({ scopes: ['members.invite'] }, { scopes: ['members.read'] })).toEqual(['members.read'])
    expect(await scopesOf({ scopes: ['members.read'] }, { scopes: ['members.invite'] })).toEqual(['members.read'])
  })

  it('are never above those of the key or of its owner (SCOPE-6)', async () => {
    const patterns = fc.uniqueArray(
      fc.constantFrom('*', '*.read', 'members.*', 'members.read', 'members.invite', 'reports.read', 'billing.manage'),
    )
    const subject = fc.tuple(patterns, patterns)
    await fc.assert(
      fc.asyncProperty(subject, async ([key, owner]) => {
        const scopes = key as CreateInput<Model>['scopes'] // patterns of the catalogue
        const both = await scopesOf({ scopes }, { scopes: owner })
        const [keyAlone, ownerAlone] = [
          await scopesOf({ scopes }, { scopes: ['*'] }),
          await scopesOf(all, { scopes: owner }),
        ]
        expect(both).toEqual([...access.scopes.keys()].filter((s) => inList(keyAlone, s) && inList(ownerAlone, s)))
      }),
      { numRuns: 60 },
    )
  })
  const all: Partial<CreateInput<Model>> = { scopes: ['*', 'billing.manage'] }
  const inList = (list: unknown, scope: string) => Array.isArray(list) && list.includes(scope)

  it('are none when the host names none for the owner (SCOPE-9)', async () => {
    for (const authority of [{}, { scopes: undefined, roles: undefined, levels: undefined }, { scopes: [] }]) {
      expect(await scopesOf(all, authority)).toEqual([])
    }
  })

  it("include the current scopes of the key's and the owner's roles", async () => {
    let hosted: readonly string[] = ['members.read']
    const model = accessWith((organizationId) => (organizationId === 'org1' ? hosted : ['*']))
    const { keyring, token } = await make(
      { roles: ['planner', 'hosted'] },
      { access: model, resolveOwner: () => ({ roles: ['hosted', 'planner'] }) },
    )
    const now = async () => {
      const verdict = await keyring.verify(token)
      return verdict.ok ? verdict.principal.scopes : verdict.refusal
    }
    expect(await now()).toEqual(['members.read', 'reports.read'])
    hosted = []
    expect(await now()).toEqual(['reports.read'])
  })

  it('include nothing from scopes, roles and types that left the model (SCOPE-11)', async () => {
    const { keyring, store, id, token } = await make({ scopes: ['members.read'] })
    await write(store, id, {
      grants: {
        scopes: ['gone.read', 'members.read'],
        roles: ['gone'],
        resources: { wall: { mode: 'all', level: 'edit' }, board: { mode: 'all', level: 'own' } },
      },
    })
    const verdict = await keyring.verify(token)
    if (!verdict.ok) throw new Error(verdict.refusal.code)
    expect(verdict.principal.scopes).toEqual(['members.read'])
    expect(await verdict.principal.levelOn('board', 'b1')).toBeNull()
  })

  it('are the grants alone when the host answers uncapped', async () => {
    const { keyring, token } = await make(
      { scopes: ['members.read'], resources: { board: { mode: 'all', level: 'read' } } },
      { resolveOwner: 'uncapped' },
    )
    const verdict = await keyring.verify(token)
    if (!verdict.ok) throw new Error(verdict.refusal.code)
    expect(verdict.principal.scopes).toEqual(['members.read'])
    expect(await verdict.principal.levelOn('board', 'b1')).toBe('read')
  })
})

describe('a hash', () => {
  it('that is copied to another row makes no token valid there (HASH-2)', async () => {
    const { keyring, store, token } = await make()
    const target = await keyring.create({ ...good, scopes: ['*'] })
    const { id, secret } = partsOf(token)
    const stolen = String((await recordOf(store, id)).hash)
    const [saltA, saltB] = [id, target.key.id].map((text) => Buffer.from(text).toString('base64'))
    const forged = forge(token, { id: target.key.id, secret })

    for (const hash of [stolen, stolen.replace(String(saltA), String(saltB))]) {
      await write(store, target.key.id, { hash })
      expect((await keyring.verify(forged)).ok).toBe(false)
      expect((await keyring.verify(target.token.reveal())).ok).toBe(false)
      expect(await keyring.verify(token)).toMatchObject({ ok: true, principal: { key: { id } } })
    }
  })

  it("of the token before a rotation is good until its time, by the store's clock", async () => {
    const { keyring, store, hashing, clock, id, token } = await make()
    const before = forge(token, { secret: 'o'.repeat(32) })
    const previousHash = await hashing.spy.hash({ id, token: before })
    await write(store, id, { previousHash, previousHashExpiresAt: new Date(start + 10) })
    const both = async () => [(await keyring.verify(before)).ok, (await keyring.verify(token)).ok]

    clock.at = start + 9
    expect(await both()).toEqual([true, true])
    expect((await keyring.get(id))?.previousTokenExpiresAt).toEqual(new Date(start + 10))
    clock.at = start + 10
    expect(await both()).toEqual([false, true])
    expect((await keyring.get(id))?.previousTokenExpiresAt).toBeNull()
    await write(store, id, { previousHashExpiresAt: null })
    expect(await both()).toEqual([false, true])
  })
})

describe('verification', () => {
  it('reads once and writes nothing but counts, whatever the verdict (CONS-14)', async () => {
    const { keyring, token, id, storage } = await make()
    const steps = [() => {}, () => keyring.disable(id), () => keyring.revoke(id), () => keyring.delete(id)]
    for (const step of steps) {
      await step()
      for (const text of [token, wrong(token)]) {
        storage.calls.length = 0
        await keyring.verify(text, { scopes: ['members.read'] })
        expect(storage.calls).toEqual(['find'])
      }
    }
  })

  it('writes nothing to an expired key, which stays in the list (CONS-15)', async () => {
    const { keyring, store, clock, id, token } = await make({ expiresAt: new Date(start + 1) })
    const before = await recordOf(store, id)
    clock.at += 1
    await keyring.verify(token)
    expect(await recordOf(store, id)).toEqual(before)
    expect((await keyring.list({ status: 'expired' })).keys).toMatchObject([{ id, status: 'expired' }])
  })

  it('never undoes a change: the last of many stands among 10,000 verifications (CONS-14)', async () => {
    const { keyring, store, id, token } = await make()
    for (let round = 0; round < 50; round += 1) {
      const disables = round % 2 === 0
      const storm = Array.from({ length: 200 }, (_, index) => {
        if (index !== 100) return keyring.verify(token)
        return disables ? keyring.disable(id) : keyring.enable(id)
      })
      await Promise.all(storm)
      expect((await keyring.get(id))?.status).toBe(disables ? 'disabled' : 'active')
      expect((await keyring.verify(token)).ok).toBe(!disables)
    }
    expect((await recordOf(store, id)).version).toBe(51)
    expect(await auditOf(store)).toHaveLength(51)
  })
})
