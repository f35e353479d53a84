import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import { sha256 } from '../../src/crypto/sha256.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import { accessWith, open, recordOf } from '../support/setup.js'
import { access, openDelegating, owner } from './delegates-setup.js'

const minute = 60_000

describe('keyring.delegate', () => {
  it('gives a token that can do its part, names itself, and is one read', async () => {
    const { keyring, clock, delegate, principalOf, storage, events, key } = await openDelegating()
    const made = await delegate({ scopes: ['members.read'], ttlMs: minute })
    expect(made).toMatchObject({ depth: 1, expiresAt: new Date(clock.at + minute) })
    storage.calls.length = 0
    const principal = await principalOf(made.text)
    expect(storage.calls).toEqual(['find'])
    expect(principal.scopes).toEqual(['members.read'])
    expect(principal.delegation).toEqual({
      id: made.delegateId,
      depth: 1,
      expiresAt: made.expiresAt,
      scopes: [['members.read']],
      resources: {},
    })
    expect(principal).toMatchObject({ key: { id: key.id }, actor: { type: 'key', id: key.id, token: 'delegate' } })
    expect(events.filter(({ type }) => type === 'api_key.delegated')).toEqual([
      {
        type: 'api_key.delegated',
        keyId: key.id,
        organizationId: owner.organizationId,
        delegateId: made.delegateId,
        depth: 1,
        expiresAt: made.expiresAt,
      },
    ])
    expect((await keyring.verify(made.text, { scopes: ['members.invite'] })).ok).toBe(false)
  })

  it('closes its scopes under the implications, as grants are; and a wildcard gives nothing sensitive', async () => {
    const { delegate, principalOf, codeOf } = await openDelegating()
    const invites = await delegate({ scopes: ['members.invite'] })
    expect((await principalOf(invites.text)).scopes).toEqual(['members.read', 'members.invite'])
    const wide = await delegate({ scopes: ['*'] })
    expect(await codeOf(wide.text, { scopes: ['billing.manage'] })).toBe('insufficient_scope')
    const named = await delegate({ scopes: ['billing.manage'] })
    expect(await codeOf(named.text, { scopes: ['billing.manage'] })).toBe('ok')
  })

  it('reaches the resources that it names, by the scopes that it names', async () => {
    const { delegate, principalOf } = await openDelegating()
    const reads = await principalOf(
      (await delegate({ scopes: ['tasks.read'], resources: { board: ['b1', 'b2'] } })).text,
    )
    const [b1, b3] = [{ type: 'board', id: 'b1' } as const, { type: 'board', id: 'b3' } as const]
    expect(await reads.allowsOn('tasks.read', b1)).toBe(true)
    expect(await reads.allowsOn('tasks.move', b1)).toBe(false)
    expect(await reads.allowsOn('tasks.read', b3)).toBe(false)
    expect(Object.fromEntries(await reads.levelsOn('board', ['b1', 'b2', 'b3']))).toEqual({ b1: 'read', b2: 'read' })

    const moves = await principalOf((await delegate({ scopes: ['tasks.move'] })).text)
    expect(await moves.allowsOn('tasks.move', b1)).toBe(true)
    // A level means all of its scopes, so half of one is none.
    expect(await moves.levelOn('board', 'b1')).toBeNull()
    const none = await principalOf((await delegate({ scopes: ['*'], resources: { board: [] } })).text)
    expect(await none.levelOn('board', 'b1')).toBeNull()
  })

  it('starts from what a principal was narrowed to', async () => {
    const { keyring, principalOf, parent } = await openDelegating()
    const narrowed = (await principalOf(parent)).narrowTo({ board: ['b1', 'b2'] })
    const { token } = await keyring.delegate(narrowed, { scopes: ['*'], resources: { board: ['b2', 'b3'] } })
    const levels = await (await principalOf(token.reveal())).levelsOn('board', ['b1', 'b2', 'b3'])
    expect([...levels.keys()]).toEqual(['b2'])
    const whole = await keyring.delegate(narrowed, { scopes: ['*'] })
    expect([...(await (await principalOf(whole.token.reveal())).levelsOn('board', ['b1', 'b2', 'b3'])).keys()]).toEqual(
      ['b1', 'b2'],
    )
  })

  it('ends after its time by the clock of the store, and says so to its holder alone', async () => {
    const { clock, delegate, codeOf, parent } = await openDelegating()
    const { text } = await delegate({ scopes: ['*'], ttlMs: minute })
    clock.at += minute - 1
    expect(await codeOf(text)).toBe('ok')
    clock.at += 1
    expect(await codeOf(text)).toBe('delegate_expired')
    expect(await codeOf(parent)).toBe('ok')
  })

  it('lives five minutes if nobody says how long, and no longer than its key', async () => {
    const { clock, keyring, key, delegate, codeOf } = await openDelegating()
    expect((await delegate({ scopes: [] })).expiresAt).toEqual(new Date(clock.at + 5 * minute))
    await keyring.update(key.id, { expiresAt: new Date(clock.at + minute) })
    const { expiresAt, text } = await delegate({ scopes: [] })
    expect(expiresAt).toEqual(new Date(clock.at + minute))
    clock.at += minute
    expect(await codeOf(text)).toBe('api_key_expired')
  })

  it.each<[string, (opened: Awaited<ReturnType<typeof openDelegating>>) => Promise<unknown>, string]>([
    ['disabled', ({ keyring, key }) => keyring.disable(key.id), 'api_key_disabled'],
    ['revoked', ({ keyring, key }) => keyring.revoke(key.id), 'api_key_revoked'],
    ['revoked as leaked', ({ keyring, key }) => keyring.revoke(key.id, { reason: 'leaked' }), 'api_key_invalid'],
    ['deleted', ({ keyring, key }) => keyring.delete(key.id), 'api_key_invalid'],
    ['rotated', ({ keyring, key }) => keyring.rotate(key.id), 'api_key_invalid'],
    [
      'bound to addresses',
      ({ keyring, key }) => keyring.update(key.id, { ipAllowList: [] }),
      'api_key_not_allowed_here',
    ],
    [
      'stripped of its scopes',
      ({ keyring, key }) => keyring.update(key.id, { scopes: ['reports.read'] }),
      'insufficient_scope',
    ],
    [
      'of an owner who left',
      async ({ host }) => {
        host.authority = null
      },
      'owner_inactive',
    ],
    [
      'of an owner who may do less',
      async ({ host }) => {
        host.authority = { scopes: ['reports.read'] }
      },
      'insufficient_scope',
    ],
  ])('is refused from the next request on when its key is %s', async (_, end, code) => {
    const opened = await openDelegating()
    const needs = { scopes: ['members.read'] } as const
    const { text } = await opened.delegate({ scopes: ['*'] })
    expect(await opened.codeOf(text, needs)).toBe('ok')
    await end(opened)
    expect(await opened.codeOf(text, needs)).toBe(code)
  })

  it('is not ended by a change that lowers nothing, and comes back with a key that is enabled again', async () => {
    const { keyring, key, delegate, codeOf } = await openDelegating()
    const { text } = await delegate({ scopes: ['*'] })
    await keyring.update(key.id, { name: 'renamed' })
    expect(await codeOf(text)).toBe('ok')
    await keyring.disable(key.id)
    await keyring.enable(key.id)
    expect(await codeOf(text)).toBe('ok')
  })

  it('lives through a rotation as long as the token that it was made with, and not through two', async () => {
    const { keyring, key, clock, delegate, codeOf, parent } = await openDelegating()
    const before = await delegate({ scopes: ['*'] })
    const { token } = await keyring.rotate(key.id, { graceMs: 2 * minute })
    expect(await codeOf(before.text)).toBe('ok')
    const inGrace = await delegate({ scopes: ['*'] }, parent)
    expect(inGrace.expiresAt).toEqual(new Date(clock.at + 2 * minute))
    const after = await delegate({ scopes: ['*'] }, token.reveal())
    clock.at += 2 * minute
    expect([await codeOf(before.text), await codeOf(inGrace.text)]).toEqual(['api_key_invalid', 'api_key_invalid'])
    expect(await codeOf(after.text)).toBe('ok')

    const second = await keyring.rotate(key.id, { graceMs: minute })
    await keyring.rotate(key.id, { graceMs: minute })
    expect(await codeOf(after.text)).toBe('api_key_invalid')
    await expect(delegate({ scopes: [] }, second.token.reveal())).resolves.toMatchObject({ depth: 1 })
  })

  it('outlives a hash that is made anew under another pepper', async () => {
    const store = memoryStore()
    const first = await openDelegating({
      store,
      hasher: hmacSha256({ current: 'p1', peppers: { p1: `${'a'.repeat(31)}b` } }),
    })
    const { text } = await first.delegate({ scopes: ['*'] })
    const both = { p1: `${'a'.repeat(31)}b`, p2: `${'c'.repeat(31)}d` }
    const next = open({
      store,
      access,
      delegates: {},
      resolveOwner: 'uncapped',
      hasher: hmacSha256({ current: 'p2', peppers: both }),
    })
    const stale = await recordOf(store, first.key.id)
    expect((await next.keyring.verify(first.parent)).ok).toBe(true)
    await expect.poll(async () => (await recordOf(store, first.key.id)).hash).not.toBe(stale.hash)
    expect((await next.keyring.verify(text)).ok).toBe(true)
  })

  it('counts as a use of its key, against the limits of its key', async () => {
    const { keyring, delegate, codeOf, parent } = await openDelegating({
      rateLimits: { burst: { limit: 3, windowMs: 60_000 } },
    })
    const { text } = await delegate({ scopes: ['*'] })
    expect([await codeOf(text), await codeOf(text), await codeOf(text)]).toEqual(['ok', 'ok', 'rate_limited'])
    expect(await codeOf(parent)).toBe('rate_limited')
    expect(await keyring.stats({ organizationId: owner.organizationId })).toMatchObject({ callsLast24h: 3 })
  })
})

describe('delegating on', () => {
  it('is the meet of all that was given, ends with the first, and stops at maxDepth', async () => {
    const { clock, delegate, principalOf } = await openDelegating({ delegates: { maxDepth: 2 } })
    const one = await delegate({ scopes: ['members.invite'], resources: { board: ['b1', 'b2'] }, ttlMs: minute })
    const two = await delegate({ scopes: ['members.read', 'reports.*'], resources: { board: ['b2'] } }, one.text)
    expect(two).toMatchObject({ depth: 2, expiresAt: new Date(clock.at + minute) })
    const principal = await principalOf(two.text)
    expect(principal.scopes).toEqual(['members.read'])
    expect(principal.delegation).toMatchObject({ depth: 2, resources: { board: ['b2'] } })
    await expect(delegate({ scopes: [] }, two.text)).rejects.toMatchObject({
      code: 'scope_exceeds_actor',
      field: 'principal',
    })
  })

  it('is not allowed by default', async () => {
    const { delegate } = await openDelegating({ delegates: {} })
    const { text } = await delegate({ scopes: ['*'] })
    await expect(delegate({ scopes: [] }, text)).rejects.toMatchObject({ field: 'principal' })
  })

  it('ends where the product allows less of it than before', async () => {
    const { store, delegate } = await openDelegating()
    const one = await delegate({ scopes: ['*'] })
    const two = await delegate({ scopes: ['*'] }, one.text)
    const { keyring } = open({ store, access, delegates: { maxDepth: 1 }, resolveOwner: 'uncapped' })
    expect((await keyring.verify(one.text)).ok).toBe(true)
    expect(await keyring.verify(two.text)).toMatchObject({ refusal: { code: 'api_key_invalid' } })
  })
})

describe('who has a delegated token', () => {
  it('manages nothing, reveals nothing, exports nothing, whatever scopes it holds', async () => {
    const { keyring, key, delegate, principalOf } = await openDelegating({ allowKeyManagement: true })
    const { actor } = await principalOf((await delegate({ scopes: ['*', 'billing.manage'] })).text)
    const within = { organizationId: owner.organizationId }
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      create: () => keyring.create({ name: 'x', owner, scopes: [] }, { actor }),
      update: () => keyring.update(key.id, { name: 'x' }, { actor }),
      disable: () => keyring.disable(key.id, {}, { actor, within }),
      enable: () => keyring.enable(key.id, { actor }),
      rotate: () => keyring.rotate(key.id, {}, { actor }),
      revoke: () => keyring.revoke(key.id, {}, { actor }),
      delete: () => keyring.delete(key.id, { actor }),
      reveal: () => keyring.reveal(key.id, { actor }),
      export: () =>
        keyring.audit
          .export({ organizationId: owner.organizationId, format: 'csv' }, { actor })
          [Symbol.asyncIterator]()
          .next(),
    }
    for (const [verb, call] of Object.entries(calls)) {
      await expect(call(), verb).rejects.toMatchObject({ code: 'scope_exceeds_actor' })
    }
    expect(await keyring.get(key.id)).toMatchObject({ status: 'active', version: 1 })
  })

  it('gains nothing where the host loses the mark of it', async () => {
    const { keyring, key, principalOf, parent } = await openDelegating({ allowKeyManagement: true })
    const lost = { actor: { type: 'key', id: key.id } } as const
    await expect(keyring.update(key.id, { name: 'x' }, lost)).rejects.toMatchObject({ code: 'scope_exceeds_actor' })
    const { actor } = await principalOf(parent)
    await expect(keyring.update(key.id, { name: 'x' }, { actor })).resolves.toMatchObject({ name: 'x' })
  })
})

describe('what cannot be delegated', () => {
  it('is refused at start-up without a pepper, and at the call without the option', async () => {
    expect(() => open({ delegates: {}, hasher: sha256() })).toThrow(/needs a hasher with peppers/)
    expect(() => open({ delegates: { maxTtlMs: 999 } })).toThrow(/delegates.maxTtlMs/)
    expect(() => open({ delegates: { maxDeepth: 1 } as never })).toThrow(/Did you mean delegates.maxDepth/)
    const off = await openDelegating({ delegates: undefined })
    await expect(off.delegate({ scopes: [] })).rejects.toMatchObject({ code: 'invalid_options', field: 'delegates' })
  })

  it('is refused as a token where the option is off', async () => {
    const { store, delegate } = await openDelegating()
    const { text } = await delegate({ scopes: ['*'] })
    const off = open({ store, access, resolveOwner: 'uncapped' })
    expect(await off.keyring.verify(text)).toMatchObject({ refusal: { code: 'api_key_invalid', reason: 'secret' } })
  })

  it.each<[string, unknown, string]>([
    ['no input', undefined, 'options'],
    ['no scopes', {}, 'scopes'],
    ['scopes that got lost', { scopes: undefined }, 'scopes'],
    ['a text for scopes', { scopes: 'members.read' }, 'scopes'],
    ['a malformed scope', { scopes: ['Members'] }, 'scopes[0]'],
    ['an unknown scope', { scopes: ['*', 'member.read'] }, 'scopes[1]'],
    ['a hole', { scopes: new Array(1) }, 'scopes[0]'],
    ['resources that got lost', { scopes: [], resources: undefined }, 'resources'],
    ['an unknown type', { scopes: [], resources: { bord: [] } }, 'resources'],
    ['an id for a list', { scopes: [], resources: { board: 'b1' } }, 'resources.board'],
    ['an id with a line break', { scopes: [], resources: { board: ['b\n1'] } }, 'resources.board[0]'],
    ['half a character', { scopes: [], resources: { board: ['\ud800'] } }, 'resources.board[0]'],
    ['a life of no time', { scopes: [], ttlMs: 0 }, 'ttlMs'],
    ['a life too long', { scopes: [], ttlMs: 900_001 }, 'ttlMs'],
    ['a misspelt field', { scopes: [], ressources: {} }, 'ressources'],
    [
      'more than fits',
      { scopes: ['*'], resources: { board: Array.from({ length: 999 }, (_, at) => `board-${at}`) } },
      'scopes',
    ],
  ])('is refused, naming the field: %s', async (_, input, field) => {
    const { keyring, principalOf, parent } = await openDelegating()
    await expect(keyring.delegate(await principalOf(parent), input as never)).rejects.toMatchObject({ field })
  })

  it('is refused for a scope that the principal lacks, by name', async () => {
    const { host, delegate } = await openDelegating()
    host.authority = { scopes: ['members.read'] }
    await expect(delegate({ scopes: ['members.read', 'reports.read'] })).rejects.toMatchObject({
      code: 'scope_exceeds_actor',
      exceeding: ['reports.read'],
    })
    const { text } = await delegate({ scopes: ['tasks.read'] })
    await expect(delegate({ scopes: ['tasks.move'] }, text)).rejects.toMatchObject({ exceeding: ['tasks.move'] })
  })

  it('is refused for what is no principal of the keyring', async () => {
    const { keyring, principalOf, parent } = await openDelegating()
    const mine = await principalOf(parent)
    const others = await openDelegating({ access: accessWith(() => ['*']) })
    const theirs = await others.principalOf(others.parent)
    for (const principal of [null, undefined, {}, { ...mine }, Object.create(mine), 'x', theirs]) {
      await expect(keyring.delegate(principal as never, { scopes: [] })).rejects.toMatchObject({ field: 'principal' })
    }
  })

  it.each(['disable', 'revoke', 'delete', 'rotate'] as const)(
    'is refused after %s of the key, for a principal of before',
    async (verb) => {
      const { keyring, key, principalOf, parent } = await openDelegating()
      const principal = await principalOf(parent)
      await keyring[verb](key.id)
      await expect(keyring.delegate(principal, { scopes: [] })).rejects.toMatchObject({ code: 'invalid_state' })
    },
  )

  it('is not known while the store is out', async () => {
    const { keyring, storage, principalOf, parent } = await openDelegating()
    const principal = await principalOf(parent)
    storage.stubs.find = async () => {
      throw new Error('down')
    }
    await expect(keyring.delegate(principal, { scopes: [] })).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

it('shows no part of a delegated token but where it is revealed: no log, no event, no error, no row', async () => {
  const { keyring, store, delegate, principalOf, events, clock, codeOf } = await openDelegating()
  const made = await delegate({ scopes: ['*'] })
  const principal = await principalOf(made.text)
  clock.at += 600_000
  await codeOf(made.text)
  await codeOf(`${made.text.slice(0, -1)}x`)
  const error = await keyring.delegate(principal, { scopes: [] }).catch((thrown: unknown) => thrown)
  const shown = [
    inspect({ ...made, text: null }, { depth: 9, showHidden: true }),
    inspect([principal, events, error], { depth: 9, showHidden: true }),
    JSON.stringify([principal, events, { ...made, text: null }]),
    inspect(await store.find(principal.key.id), { depth: 9 }),
    inspect(await store.listAudit({ organizationId: owner.organizationId, order: 'asc', limit: 100 }), { depth: 9 }),
  ].join('\n')
  const body = made.text.slice(made.text.lastIndexOf('_') + 1)
  for (let at = 0; at + 12 <= body.length; at += 1) expect(shown).not.toContain(body.slice(at, at + 12))
})
