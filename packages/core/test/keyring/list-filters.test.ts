import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../src/crypto/sha256.js'
import type { KeyQuery } from '../../src/reads/index.js'
import { sortName } from '../../src/store/index.js'
import { accessWith, good, hang, open, owner } from '../support/setup.js'

const organizationId = owner.organizationId

describe('list by scope', () => {
  it('has the keys that a verification allows it, and no others, whatever they were granted', async () => {
    const granted = accessWith(() => ['billing.manage', 'reports.read'])
    const { keyring } = open({ access: granted, resolveOwner: 'uncapped' })
    const patterns = [
      'members.read',
      'members.invite',
      'members.*',
      '*.read',
      '*',
      '*.manage',
      'billing.*',
      'billing.manage',
      'reports.read',
    ]
    const keys: { id: string; token: string }[] = []
    for (const scopes of [[], ...patterns.map((pattern) => [pattern]), ['tasks.*', 'members.invite']]) {
      for (const roles of [[], ['planner'], ['hosted']] as const) {
        const { key, token } = await keyring.create({ ...good, scopes: scopes as [], roles })
        keys.push({ id: key.id, token: token.reveal() })
      }
    }
    for (const scope of ['members.read', 'members.invite', 'reports.read', 'billing.manage'] as const) {
      const listed = await keyring.list({ organizationId, scope, limit: 100 })
      const allowed: string[] = []
      for (const { id, token } of keys) if ((await keyring.verify(token, { scopes: [scope] })).ok) allowed.push(id)
      expect([scope, listed.keys.map(({ id }) => id).sort()]).toEqual([scope, allowed.sort()])
      expect(allowed.length).toBeGreaterThan(3)
    }
  })

  it.each<[unknown, object]>([
    ['members.raed', { code: 'scope_unknown', field: 'scope' }],
    ['members.*', { code: 'scope_unknown', field: 'scope' }],
    ['tasks.read', { code: 'invalid_input', field: 'scope', expected: 'a global scope' }],
    [5, { code: 'invalid_input', field: 'scope' }],
  ])('refuses %j without reading the store', async (scope, error) => {
    const { keyring, storage } = open()
    await expect(keyring.list({ organizationId, scope: scope as string })).rejects.toMatchObject(error)
    expect(storage.calls).toEqual([])
  })

  it('fails if a role is not looked up in time', async () => {
    const { keyring } = open({ access: accessWith(hang), manageTimeoutMs: 20 })
    const listing = keyring.list({ organizationId, scope: 'members.read' })
    await expect(listing).rejects.toMatchObject({ code: 'host_unavailable' })
  })
})

describe('list by search', () => {
  it('finds what begins so, in names and previews, and refuses a token, which it does not repeat', async () => {
    const { keyring } = open()
    const { key, token } = await keyring.create({ ...good, name: 'CI Déploy-Nightly' })
    await keyring.create({ ...good, name: 'other' })
    const tail = key.preview.slice(key.preview.lastIndexOf('_') + 1, -1)
    for (const search of [
      'ci',
      'DEPLOY',
      'nig dep',
      'deploy-n',
      key.preview,
      key.preview.slice(0, -1),
      tail,
      tail.toLowerCase(),
    ]) {
      const { keys } = await keyring.list({ organizationId, search })
      expect([search, keys.map(({ id }) => id)]).toEqual([search, expect.arrayContaining([key.id])])
    }
    expect((await keyring.list({ organizationId, search: 'eploy' })).keys).toEqual([])
    expect((await keyring.list({ organizationId, search: ' ' })).keys).toHaveLength(2)
    const refused = await keyring.list({ organizationId, search: `x ${token.reveal()}` }).catch((error: Error) => error)
    expect(refused).toMatchObject({
      code: 'invalid_input',
      field: 'search',
      expected: expect.stringContaining('not a token'),
    })
    expect(JSON.stringify(refused) + String(refused)).not.toContain(token.reveal().slice(-30, -20))
  })

  it.each([['x'.repeat(101)], ['a\u0000b'], ['a\ud800'], [5], [null]])('refuses %j', async (search) => {
    const listing = open().keyring.list({ organizationId, search: search as string })
    await expect(listing).rejects.toMatchObject({ code: 'invalid_input', field: 'search' })
  })
})

describe('list by tag', () => {
  it('has the keys that have all of the tags, whole, whatever their case and accents', async () => {
    const { keyring } = open()
    const make = async (name: string, tags: readonly string[]) => (await keyring.create({ ...good, name, tags })).key.id
    const both = await make('a', ['Prod', 'Équipe Bleue'])
    const one = await make('b', ['production', 'prod'])
    await make('prod', [])
    const found = async (query: KeyQuery) => {
      const { keys, total } = await keyring.list({ organizationId, sort: 'name', total: true, ...query })
      expect(total).toEqual({ count: keys.length, exact: true })
      return keys.map(({ id }) => id)
    }
    expect(await found({ tag: 'PROD' })).toEqual([both, one])
    expect(await found({ tag: [' prod', 'equipe bleue'] })).toEqual([both])
    expect(await found({ tag: ['prod', 'prod'], search: 'prod' })).toEqual([both, one])
    expect(await found({ tag: 'equipe' })).toEqual([])
    expect(await found({ search: 'bleu' })).toEqual([both])
    expect(await found({ tag: 'prod', owner: { type: 'organization', id: organizationId } })).toEqual([])
  })

  it('refuses a token, which it does not repeat', async () => {
    const { keyring } = open()
    const { token } = await keyring.create(good)
    const text = token.reveal().slice(0, 50)
    const refused = await keyring.list({ organizationId, tag: text }).catch((error: Error) => error)
    expect(refused).toMatchObject({ code: 'invalid_input', field: 'tag', expected: 'a tag, not a token' })
    expect(JSON.stringify(refused) + String(refused)).not.toContain(text.slice(-20))
  })

  it.each<[unknown]>([[''], [5], [null], [[]], [['a', '']], [['a,b']], ['x'.repeat(51)], [Array(21).fill('a')]])(
    'refuses %j, and reads nothing',
    async (tag) => {
      const { keyring, storage } = open()
      const listing = keyring.list({ organizationId, tag: tag as string })
      await expect(listing).rejects.toMatchObject({ code: 'invalid_input', field: 'tag' })
      await expect(keyring.list({ tag: 'a' })).rejects.toMatchObject({ code: 'invalid_input', field: 'tag' })
      expect(storage.calls).toEqual([])
    },
  )
})

describe('list', () => {
  it('sorts by all that it says, totals what it lists, and takes no cursor of another sort or order', async () => {
    const { keyring, clock } = open()
    for (const name of ['bravo', 'Á', 'a', 'c']) {
      clock.at += 1_000
      await keyring.create({ ...good, name, ...(name === 'bravo' ? { expiresAt: new Date(clock.at + 1e6) } : {}) })
    }
    const names = async (query: KeyQuery) =>
      (await keyring.list({ organizationId, ...query })).keys.map(({ name }) => name)
    expect(await names({ order: 'asc' })).toEqual(['bravo', 'Á', 'a', 'c'])
    expect((await names({ sort: 'name' })).map((name) => sortName(name))).toEqual(['a', 'a', 'bravo', 'c'])
    expect((await names({ sort: 'name', order: 'desc' })).slice(0, 2)).toEqual(['c', 'bravo'])
    expect((await names({ sort: 'expiry' }))[0]).toBe('bravo')
    expect((await names({ sort: 'expiry', order: 'desc' }))[3]).toBe('bravo')
    expect(await keyring.list({ organizationId, limit: 1, total: true })).toMatchObject({
      total: { count: 4, exact: true },
    })
    expect(await keyring.list({ organizationId, search: 'bravo', total: true })).toMatchObject({
      total: { count: 1, exact: true },
    })
    expect(await keyring.list({ organizationId })).not.toHaveProperty('total')
    const { nextCursor: cursor } = await keyring.list({ organizationId, sort: 'name', limit: 1 })
    expect((await keyring.list({ organizationId, sort: 'name', cursor })).keys).toHaveLength(3)
    for (const other of [{}, { sort: 'expiry' }, { sort: 'name', order: 'desc' }] as const) {
      const listing = keyring.list({ organizationId, ...other, cursor })
      await expect(listing).rejects.toMatchObject({ code: 'invalid_input', field: 'cursor' })
    }
  })

  it('says of a total beyond 10,000 that there are more', async () => {
    const { keyring, storage } = open()
    storage.stubs.count = async (_filter, most) => most
    const { total } = await keyring.list({ total: true })
    expect(total).toEqual({ count: 10_000, exact: false })
  })

  it('goes on from the longest name there is, with or without a pepper', async () => {
    for (const options of [{}, { hasher: sha256() }]) {
      const { keyring } = open(options)
      for (const name of ['😀'.repeat(50), '\ufdfa'.repeat(100), 'x.~'.repeat(33)]) {
        await keyring.create({ ...good, name })
        await keyring.create({ ...good, name })
      }
      const seen: string[] = []
      let cursor: string | null = null
      do {
        const page = await keyring.list({ organizationId, sort: 'name', limit: 1, cursor })
        seen.push(...page.keys.map(({ id }) => id))
        cursor = page.nextCursor
      } while (cursor !== null)
      expect(new Set(seen).size).toBe(6)
    }
  })

  it('filters by environment, with the keys of former ones, and refuses one that there is not', async () => {
    const { keyring } = open({ environments: ['live', 'test'] })
    await keyring.create(good)
    await keyring.create({ ...good, environment: 'test' })
    expect((await keyring.list({ organizationId, environment: 'test' })).keys).toMatchObject([{ environment: 'test' }])
    const refused = keyring.list({ organizationId, environment: 'prod' })
    await expect(refused).rejects.toMatchObject({ field: 'environment', expected: 'one of live, test' })
  })

  it('has one name to sort by for names that differ in case, accents and width alone', () => {
    expect(sortName('Straße  ÉCOLE')).toBe(sortName('STRASSE  école'))
    expect(sortName('ＡＢＣ')).toBe('abc')
    for (const name of ['ᾀ', 'ẞ', 'ß', 'Σίσυφος', 'İ']) {
      expect(sortName(name.toUpperCase())).toBe(sortName(name.toLowerCase()))
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (name) => {
        const folded = sortName(name)
        expect(folded.length).toBeLessThanOrEqual(200)
        expect(sortName(name.toUpperCase())).toBe(sortName(name.toLowerCase()))
        expect(folded).toBe(folded.trimEnd())
      }),
    )
  })
})
