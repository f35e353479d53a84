import type { KeyRecord } from '@keywright/core'
import {
  hourOf,
  inByteOrder,
  isExpired,
  type KeyChanges,
  type KeyFilter,
  type KeyPlace,
  type KeyPolicy,
  type KeySort,
  type KeyStore,
  type KeyTerm,
  type NewKey,
  organizationOf,
  type StoredKeyQuery,
  sortName,
  soughtWords,
  tagTerm,
  termsOf,
} from '@keywright/core/store'
import { describe, expect, it } from 'vitest'
import { aKey } from './a-key.js'

const sorts: readonly KeySort[] = ['created', 'name', 'lastUsed', 'expiry']
const orders = ['asc', 'desc'] as const
const names = [
  'CI deploy',
  'ci Deploy',
  'Déploiement',
  'Straße',
  'STRASSE',
  'zeta',
  'Ζήτα',
  '🚀 launch',
  '\uff3a wide',
  'a b',
]
const tagLists: readonly (readonly string[])[] = [
  [],
  [],
  ['deploy'],
  ['Deploy', 'Équipe bleue'],
  ['équipe bleue'],
  ['zeta-1', '🚀'],
]
const environments = ['live', 'test', null]
const noPolicy: KeyPolicy = {
  maxLifetimeMs: null,
  defaultLifetimeMs: null,
  requireExpiry: false,
  requireIpAllowList: false,
}
const policies: readonly KeyPolicy[] = [
  noPolicy,
  { ...noPolicy, requireExpiry: true },
  { ...noPolicy, requireIpAllowList: true },
  { ...noPolicy, maxLifetimeMs: 12 * 3_600_000 },
  { ...noPolicy, maxLifetimeMs: 15 * 3_600_000, requireIpAllowList: true },
]
const scopes = ['members.read', 'members.*', 'billing.read']

/** The tests of a key store for the lists of a settings page: filters, sorts and totals. */
export function testLists(open: () => Promise<KeyStore>): void {
  describe('lists', () => {
    it('find a key by words, scopes and roles, as they are after each change of it', async () => {
      const store = await open()
      const grants = { scopes: ['members.read'], roles: ['planner'], resources: {} }
      const key = aKey({ name: 'CI deploy-Été', preview: 'tk_live_Ab12…', grants })
      const organizationId = organizationOf(key.owner)
      await add(store, key)
      const finds = async (filter: KeyFilter) => {
        const found = await store.list({ organizationId, ...filter, limit: 10 })
        expect(await store.count({ organizationId, ...filter }, 10)).toBe(found.records.length)
        return found.records.length === 1
      }
      const words = (text: string) => finds({ words: soughtWords(text) })
      const holds = (kind: KeyTerm['kind'], term: string) => finds({ holds: [{ kind, term }] })
      for (const text of ['ci', 'DEP', 'dep ci', 'ete', 'ci deploy-e', 'tk_live_a', 'ab1', 'Ab12…', ' '])
        expect([text, await words(text)]).toEqual([text, true])
      for (const text of ['i', 'eploy', 'ci x', 'live', '%', 'c_', 'deployed'])
        expect([text, await words(text)]).toEqual([text, false])
      expect(await holds('scope', 'members.read')).toBe(true)
      expect(await holds('role', 'planner')).toBe(true)
      expect(await holds('role', 'members.read')).toBe(false)
      expect(await holds('scope', 'members')).toBe(false)
      expect(await finds({ holds: [] })).toBe(false)
      expect((await store.list({ organizationId: 'another', words: ['ci'], limit: 10 })).records).toEqual([])

      await change(store, key.id, { name: 'Nightly', preview: 'tk_live_Zz99…' })
      expect([await words('ci'), await words('ab1'), await words('night'), await words('zz9')]).toEqual([
        false,
        false,
        true,
        true,
      ])
      await change(store, key.id, { grants: { scopes: ['billing.*'], roles: [], resources: {} } })
      expect([await holds('scope', 'members.read'), await holds('role', 'planner')]).toEqual([false, false])
      expect([await holds('scope', 'billing.*'), await words('night')]).toEqual([true, true])
      await change(store, key.id, { status: 'deleted' })
      expect([await words('night'), await holds('scope', 'billing.*'), await finds({})]).toEqual([false, false, false])
    })

    it('find a key by words of its tags, and by whole tags, as they are after each change of it', async () => {
      const store = await open()
      const key = aKey({ name: 'CI', tags: ['Équipe Bleue', 'my_deploy-key', 'ops'] })
      const organizationId = organizationOf(key.owner)
      await add(store, key)
      const finds = async (filter: KeyFilter) => {
        const found = await store.list({ organizationId, ...filter, limit: 10 })
        expect(await store.count({ organizationId, ...filter }, 10)).toBe(found.records.length)
        return found.records.length === 1
      }
      const words = (text: string) => finds({ words: soughtWords(text) })
      const tags = (...all: string[]) => finds({ tags: all.map(tagTerm) })
      for (const text of ['equ', 'BLEUE', 'bleu ci', 'my_dep', 'deploy-k', 'key', 'op equipe'])
        expect([text, await words(text)]).toEqual([text, true])
      for (const text of ['leue', 'equipe bleue x', 'opsx', 'y'])
        expect([text, await words(text)]).toEqual([text, false])
      for (const all of [['équipe bleue'], ['EQUIPE BLEUE', 'Ops'], ['ops', 'my_deploy-key', 'équipe bleue'], []])
        expect([all, await tags(...all)]).toEqual([all, true])
      // A tag is whole, and neither a name, a word, a scope nor a role.
      for (const all of [
        ['équipe'],
        ['bleue'],
        ['op'],
        ['ci'],
        ['ops', 'ci'],
        ['planner'],
        ['members.read'],
        ['deploy-key'],
      ])
        expect([all, await tags(...all)]).toEqual([all, false])
      expect(await finds({ holds: [{ kind: 'role', term: 'ops' }] })).toBe(false)
      expect((await store.list({ organizationId: 'another', tags: ['ops'], limit: 10 })).records).toEqual([])

      await change(store, key.id, { tags: ['Ops', 'night'] })
      expect([
        await tags('ops', 'night'),
        await words('nig'),
        await tags('équipe bleue'),
        await words('bleue'),
      ]).toEqual([true, true, false, false])
      await change(store, key.id, { name: 'Nightly' })
      expect([await tags('ops'), await words('nightly op')]).toEqual([true, true])
      await change(store, key.id, { tags: [] })
      expect([await tags('ops'), await words('op'), await words('nightly')]).toEqual([false, false, true])
      await change(store, key.id, { tags: ['back'] })
      expect(await tags('back')).toBe(true)
      await change(store, key.id, { status: 'deleted', tags: [] })
      expect([await tags('back'), await words('back')]).toEqual([false, false])
    })

    it('that fail leave nothing behind that lists find', async () => {
      const store = await open()
      const key = aKey({ name: 'kept' })
      const organizationId = organizationOf(key.owner)
      await add(store, key)
      const audit = [
        {
          type: 'api_key.settings_changed',
          actor: { type: 'user', id: 'x' },
          keyId: key.id,
          context: {},
          data: { n: Number.NaN },
        },
      ] as const
      await expect(
        store.change(key.id, { quota: null, decide: () => ({ write: { name: 'lost' }, audit }) }),
      ).rejects.toThrow()
      expect((await store.list({ organizationId, words: ['lost'], limit: 10 })).records).toEqual([])
      expect((await store.list({ organizationId, words: ['kept'], limit: 10 })).records).toHaveLength(1)
    })

    it('have what a plain filter and sort of all keys has, whatever is combined, page by page', async () => {
      const store = await open()
      const random = randomOf(Number(process.env.KEYWRIGHT_SEED ?? Math.floor(Math.random() * 1e9)))
      const made = await makeMany(store, random)
      const { organizationId } = made
      for (let run = 0; run < 120; run += 1) {
        const filter = { organizationId, ...randomFilter(random, made.now) }
        const query = { ...filter, sort: random.of(sorts), order: random.of(orders) }
        const { records: all } = await store.list({ organizationId, limit: 1_000 })
        const expected = all
          .filter((record) => isMet(record, filter, made.now))
          .sort(inOrder(query))
          .map(({ id }) => id)
        const shown = JSON.stringify(query)
        expect([shown, await pagesOf(store, query, random.below(6) + 1)]).toEqual([shown, expected])
        expect([shown, await store.count(filter, 1_000)]).toEqual([shown, expected.length])
        expect(await store.count(filter, 2)).toBe(Math.min(expected.length, 2))
      }
    })

    it('find the keys that break a policy, to the millisecond', async () => {
      const store = await open()
      const { owner } = aKey()
      const createdAt = new Date(Date.UTC(2020, 0, 1))
      const maxLifetimeMs = 90 * 86_400_000
      const make = (fields: Partial<NewKey>) =>
        add(store, aKey({ owner, createdAt, expiresAt: new Date(createdAt.getTime() + maxLifetimeMs), ...fields }))
      await make({})
      await make({ ipAllowList: [] })
      const longer = await make({ expiresAt: new Date(createdAt.getTime() + maxLifetimeMs + 1) })
      const endless = await make({ expiresAt: null })
      const withoutList = await make({ ipAllowList: null })
      const found = async (policy: Partial<KeyPolicy>) => {
        const filter = { owner, breaks: { ...noPolicy, ...policy } }
        const { records } = await store.list({ ...filter, order: 'asc', limit: 10 })
        expect(await store.count(filter, 10)).toBe(records.length)
        return records.map(({ id }) => id)
      }
      expect(await found({})).toEqual([])
      expect(await found({ defaultLifetimeMs: 1 })).toEqual([])
      expect(await found({ maxLifetimeMs })).toEqual([longer, endless])
      expect(await found({ requireExpiry: true })).toEqual([endless])
      expect(await found({ requireIpAllowList: true })).toEqual([withoutList])
      expect(await found({ maxLifetimeMs, requireExpiry: true, requireIpAllowList: true })).toEqual([
        longer,
        endless,
        withoutList,
      ])
      await change(store, endless, { expiresAt: createdAt })
      expect(await found({ requireExpiry: true })).toEqual([])
    })

    it.each(sorts.flatMap((sort) => orders.map((order) => ({ sort, order }))))(
      'by $sort, $order, neither repeat nor skip among ties, while keys are inserted (HTTP-17)',
      async ({ sort, order }) => {
        const store = await open()
        const { owner } = aKey()
        const [createdAt, name] = [new Date(Date.UTC(2020, 0, 1)), 'same']
        const tied = () => aKey({ owner, name, createdAt, expiresAt: null })
        const made: string[] = []
        for (let count = 0; count < 7; count += 1) made.push(await add(store, tied()))
        const query = { owner, sort, order }
        const seen = await pagesOf(store, query, 2, () => add(store, tied()))
        expect(seen).toEqual([...new Set(seen)])
        expect(seen.filter((id) => made.includes(id))).toEqual(order === 'asc' ? made : [...made].reverse())
      },
    )

    it('by name go on behind a key whose new name has the words of the old one', async () => {
      const store = await open()
      const { owner } = aKey()
      const renamed = await add(store, aKey({ owner, name: 'prod prod' }))
      const other = await add(store, aKey({ owner, name: 'prod middle' }))
      await change(store, renamed, { name: 'prod' })
      const page = async (after?: KeyPlace) => {
        const query = { owner, sort: 'name', order: 'asc', limit: 1 } as const
        const { records } = await store.list(after === undefined ? query : { ...query, after })
        return records.map(({ id }) => id)
      }
      expect(await page()).toEqual([renamed])
      expect(await page({ id: renamed, sortName: sortName('prod') })).toEqual([other])
      expect(await page({ id: other, sortName: sortName('prod middle') })).toEqual([])
    })

    it('by the last use show what they are sorted by, and a use moves a key', async () => {
      const store = await open()
      const { owner } = aKey()
      const organizationId = organizationOf(owner)
      const [a, b, c] = [
        await add(store, aKey({ owner })),
        await add(store, aKey({ owner })),
        await add(store, aKey({ owner })),
      ]
      const now = await store.now()
      const use = (keyId: string, agoMs: number) => {
        const lastUsedAt = new Date(now.getTime() - agoMs)
        return store.recordUsage(crypto.randomUUID(), [
          { keyId, organizationId, hour: hourOf(lastUsedAt), count: 1, lastUsedAt },
        ])
      }
      const listed = async () => {
        const { records } = await store.list({ owner, sort: 'lastUsed', limit: 10 })
        return records.map(({ id, lastUsedAt }) => [
          id,
          lastUsedAt === null ? null : now.getTime() - lastUsedAt.getTime(),
        ])
      }
      await use(a, 5_000)
      await use(b, 1_000)
      expect(await listed()).toEqual([
        [b, 1_000],
        [a, 5_000],
        [c, null],
      ])
      await use(a, 0)
      await use(b, 9_000)
      expect(await listed()).toEqual([
        [a, 0],
        [b, 1_000],
        [c, null],
      ])
    })
  })
}

async function add(store: KeyStore, key: NewKey): Promise<string> {
  const organizationId = organizationOf(key.owner)
  await store.insert({ id: key.id, organizationId, quota: null, decide: () => ({ write: key, audit: [] }) })
  return key.id
}

function change(store: KeyStore, id: string, write: KeyChanges) {
  return store.change(id, { quota: null, decide: () => ({ write, audit: [] }) })
}

/** All pages of a list, one after the other; `meanwhile` runs after each. */
async function pagesOf(
  store: KeyStore,
  query: Omit<StoredKeyQuery, 'limit' | 'after'>,
  limit: number,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<string[]> {
  const seen: string[] = []
  let after: KeyPlace | null = null
  for (let pages = 0; pages < 60; pages += 1) {
    const { records }: { records: readonly KeyRecord[] } = await store.list({
      ...query,
      ...(after === null ? {} : { after }),
      limit,
    })
    seen.push(...records.map(({ id }) => id))
    const last = records.at(-1)
    if (last === undefined) return seen
    after = placeOf(last)
    if (pages < 5) await meanwhile()
  }
  throw new Error(`The list does not end: ${seen.join(', ')}`)
}

function placeOf({ id, name, createdAt, lastUsedAt, expiresAt }: KeyRecord): KeyPlace {
  return { id, createdAt, sortName: sortName(name), lastUsedAt, expiresAt }
}

interface Random {
  below(most: number): number
  of<T>(items: readonly T[]): T
}

/** Numbers that look random, the same for the same seed. */
function randomOf(seed: number): Random {
  let state = seed >>> 0
  const below = (most: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * most)
  }
  return { below, of: (items) => items[below(items.length)] as (typeof items)[number] } // the lists are not empty
}

async function makeMany(store: KeyStore, random: Random) {
  const { owner } = aKey()
  const organizationId = organizationOf(owner)
  const now = await store.now()
  const colleague = { type: 'user', id: 'a-colleague', organizationId } as const
  for (let count = 0; count < 40; count += 1) {
    const key = aKey({
      owner: random.of([owner, colleague]),
      createdBy: random.of([
        { type: 'user', id: 'ada' },
        { type: 'key', id: 'robot' },
      ] as const),
      name: random.of(names),
      tags: random.of(tagLists),
      ipAllowList: random.of([null, ['192.0.2.0/24'], []]),
      environment: random.of(environments),
      grants: { scopes: [random.of(scopes)], roles: random.of([[], ['planner']]), resources: {} },
      expiresAt: random.of([null, hoursFrom(now, -2), hoursFrom(now, 2), hoursFrom(now, 4)]),
      createdAt: hoursFrom(now, -random.below(4) - 10),
    })
    await add(store, key)
    if (random.below(2) === 0) {
      const lastUsedAt = hoursFrom(now, -random.below(12))
      const use = { keyId: key.id, organizationId, hour: hourOf(lastUsedAt), count: 1, lastUsedAt }
      await store.recordUsage(crypto.randomUUID(), [use])
    }
    const status = random.of(['active', 'active', 'active', 'disabled', 'revoked', 'deleted'] as const)
    if (status !== 'active') await change(store, key.id, { status })
  }
  return { organizationId, now }
}

function hoursFrom(now: Date, hours: number): Date {
  return new Date(now.getTime() + hours * 3_600_000)
}

function randomFilter(random: Random, now: Date): KeyFilter {
  const maybe = <T extends object>(filter: T): T | object => (random.below(4) === 0 ? filter : {})
  const status = random.of([
    'active',
    'expired',
    ['disabled', 'revoked'],
    ['active', 'expired', 'disabled'],
    ['revoked', 'active'],
  ] as const)
  return {
    ...maybe({ words: soughtWords(random.of(['dep', 'ci d', 'strass', 'tk_live', 'ζη', '🚀', 'nothing'])) }),
    ...maybe({ tags: random.of([['deploy'], ['deploy', 'Équipe bleue'], ['zeta-1'], ['equipe'], []]).map(tagTerm) }),
    ...maybe({
      holds: random.of([
        [
          { kind: 'scope', term: 'members.*' },
          { kind: 'role', term: 'planner' },
        ],
        [{ kind: 'scope', term: 'billing.read' }],
      ] as const),
    }),
    ...maybe({ environments: random.of([['live'], [null], ['live', null], ['live', 'test'], []] as const) }),
    ...maybe({ status }),
    ...maybe({ createdBy: { type: 'user', id: 'ada' } as const }),
    ...maybe({ unusedSince: hoursFrom(now, -random.below(14)) }),
    ...maybe({ expiringBefore: hoursFrom(now, random.below(6) - 3) }),
    ...maybe({ breaks: random.of(policies) }),
  }
}

/** The contract, as plainly as it can be written. */
function isMet(record: KeyRecord, filter: KeyFilter, now: Date): boolean {
  const { words = [], tags = [], holds, environments: within } = filter
  const { status, createdBy, unusedSince, expiringBefore, breaks } = filter
  const terms = termsOf(record)
  const shown = record.status === 'active' && isExpired(record, now) ? 'expired' : record.status
  return (
    words.every((word) => terms.some(({ kind, term }) => kind === 'word' && term.startsWith(word))) &&
    tags.every((tag) => record.tags.some((own) => tagTerm(own) === tag)) &&
    (holds === undefined ||
      holds.some((held) => terms.some((own) => own.kind === held.kind && own.term === held.term))) &&
    (within === undefined || within.includes(record.environment)) &&
    (status === undefined || [status].flat().some((one) => one === shown)) &&
    (createdBy === undefined || (record.createdBy.type === createdBy.type && record.createdBy.id === createdBy.id)) &&
    (unusedSince === undefined ||
      (record.createdAt < unusedSince && (record.lastUsedAt ?? new Date(0)) < unusedSince)) &&
    (expiringBefore === undefined || (record.expiresAt !== null && record.expiresAt < expiringBefore)) &&
    (breaks === undefined || isBroken(record, breaks))
  )
}

function isBroken({ createdAt, expiresAt, ipAllowList }: KeyRecord, policy: KeyPolicy): boolean {
  const { maxLifetimeMs, requireExpiry, requireIpAllowList } = policy
  const lifetimeMs = expiresAt === null ? Number.POSITIVE_INFINITY : expiresAt.getTime() - createdAt.getTime()
  return (
    (requireExpiry && expiresAt === null) ||
    (requireIpAllowList && ipAllowList === null) ||
    (maxLifetimeMs !== null && lifetimeMs > maxLifetimeMs)
  )
}

function inOrder({ sort, order }: Pick<StoredKeyQuery, 'sort' | 'order'>): (a: KeyRecord, b: KeyRecord) => number {
  const never = Number.MAX_SAFE_INTEGER
  const numberOf = ({ createdAt, lastUsedAt, expiresAt }: KeyRecord): number => {
    if (sort === 'lastUsed') return lastUsedAt?.getTime() ?? 0
    return sort === 'expiry' ? (expiresAt?.getTime() ?? never) : createdAt.getTime()
  }
  const compare = (a: KeyRecord, b: KeyRecord): number =>
    (sort === 'name' ? inByteOrder(sortName(a.name), sortName(b.name)) : numberOf(a) - numberOf(b)) ||
    inByteOrder(a.id, b.id)
  return (a, b) => (order === 'asc' ? compare(a, b) : compare(b, a))
}
