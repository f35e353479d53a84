import type { KeyRecord, Owner } from '@keywright/core'
import {
  dayMs,
  type KeyChanges,
  type KeyStore,
  type NewKey,
  type NoticeKind,
  type NoticeQuery,
  type NoticeTelling,
  organizationOf,
  type StoredNotice,
  type StoreNotices,
} from '@keywright/core/store'
import { describe, expect, it, type TestContext } from 'vitest'
import { aKey } from './a-key.js'

let count = 0

interface World {
  readonly store: KeyStore
  readonly notices: StoreNotices
  readonly organizationId: string
  readonly now: Date
  /** Adds a key, and gives its id. */
  add(key?: Partial<NewKey>, changes?: KeyChanges): Promise<string>
  /** An instant so many days from now. */
  inDays(days: number): Date
}

/** The tests of a key store for what was told of keys. A store that keeps no notices skips them. */
export function testNotices(openStore: () => Promise<KeyStore>): void {
  const open = async ({ skip }: TestContext): Promise<World> => {
    const store = await openStore()
    const { notices } = store
    if (notices === undefined) return skip('The store keeps no notices.')
    count += 1
    const organizationId = `told-${Date.now()}-${count}`
    const owner: Owner = { type: 'user', id: 'u', organizationId }
    const now = await store.now()
    const inDays = (days: number) => new Date(now.getTime() + days * dayMs)
    const add: World['add'] = async (over = {}, changes) => {
      const key = aKey({ owner, expiresAt: null, lookupDigest: null, createdAt: inDays(-400), ...over })
      const decide = () => ({ write: key, audit: [] })
      await store.insert({ id: key.id, organizationId: organizationOf(key.owner), quota: null, decide })
      if (changes !== undefined)
        await store.change(key.id, { quota: null, decide: () => ({ write: changes, audit: [] }) })
      return key.id
    }
    return { store, notices, organizationId, now, add, inDays }
  }

  describe('notices', () => {
    testDue(open)
    testTelling(open)
    testHanding(open)
  })
}

type Open = (context: TestContext) => Promise<World>

/** Those that expire within 30 days. */
function query({ organizationId, now, inDays }: World, over: Partial<NoticeQuery> = {}): NoticeQuery {
  return {
    ...{ organizationId, kind: 'expiring', days: 30, after: now, until: inDays(30), place: null, limit: 100 },
    ...over,
  }
}

/** Tells of what is due, whatever it is. */
function telling(world: World, keyIds: readonly string[], over: Partial<NoticeTelling> = {}): NoticeTelling {
  const decide = (record: KeyRecord, last: StoredNotice | null) =>
    last === null ? { about: record.expiresAt, days: 30 } : null
  return { organizationId: world.organizationId, kind: 'expiring', keyIds, isHanded: true, decide, ...over }
}

function testDue(open: Open): void {
  const idsOf = async (world: World, over: Partial<NoticeQuery> = {}) =>
    (await world.notices.due(query(world, over))).map(({ keyId }) => keyId)

  it('finds the active keys that expire within a span, the next to expire first, some at a time', async (context) => {
    const world = await open(context)
    const { notices, add, inDays, now } = world
    const [third, first, second] = [
      await add({ expiresAt: inDays(30) }),
      await add({ expiresAt: inDays(2) }),
      await add({ expiresAt: inDays(2) }),
    ]
    await add({ expiresAt: inDays(31) })
    await add({ expiresAt: null })
    await add({ expiresAt: inDays(-1) })
    await add({ expiresAt: inDays(3), createdAt: inDays(-27) }) // it never had more than 30 days
    await add({ expiresAt: inDays(3), owner: { type: 'organization', id: `${world.organizationId}-other` } })
    const ended = [{ status: 'disabled' }, { status: 'revoked' }, { status: 'deleted' }] as const
    for (const changes of ended) await add({ expiresAt: inDays(3) }, changes)
    expect(await notices.due(query(world))).toEqual([
      { keyId: first, about: inDays(2) },
      { keyId: second, about: inDays(2) },
      { keyId: third, about: inDays(30) },
    ])
    const seen: string[] = []
    let place: NoticeQuery['place'] = null
    for (;;) {
      const page: Awaited<ReturnType<StoreNotices['due']>> = await notices.due(query(world, { place, limit: 1 }))
      seen.push(...page.map(({ keyId }) => keyId))
      place = page[0] ?? null
      if (place === null) break
    }
    expect(seen).toEqual([first, second, third])
    expect(await idsOf(world, { after: inDays(2) })).toEqual([third])
    expect(await idsOf(world, { until: inDays(29) })).toEqual([first, second])
    expect(await idsOf(world, { after: now, until: now })).toEqual([])
  })

  it('finds the keys that nobody used or changed for so long, those that were never used first', async (context) => {
    const world = await open(context)
    const { store, add, now } = world
    const use = async (keyId: string, lastUsedAt: Date) => {
      const hour = new Date(Math.floor(lastUsedAt.getTime() / 3_600_000) * 3_600_000)
      const { organizationId } = world
      await store.recordUsage(crypto.randomUUID(), [{ keyId, organizationId, hour, count: 1, lastUsedAt }])
    }
    const [never, early, late, over] = [await add(), await add(), await add(), await add({ expiresAt: now })]
    for (const keyId of [early, over]) await use(keyId, new Date(now.getTime() - 9_000))
    await use(late, now)
    await add({}, { status: 'disabled' })
    const until = await laterThan(store, now)
    const unused = { kind: 'unused', days: 1, after: null, until } as const
    expect(await idsOf(world, unused)).toEqual([never, early, late])
    expect(await idsOf(world, { ...unused, until: new Date(now.getTime() - 1) })).toEqual([]) // they were changed since
    const [first, ...rest] = await world.notices.due(query(world, unused))
    expect(first).toEqual({ keyId: never, about: null })
    expect(await world.notices.due(query(world, { ...unused, place: first ?? null }))).toEqual(rest)
  })

  it('leaves out what was told, until it is about another instant or fewer days', async (context) => {
    const world = await open(context)
    const { store, notices, add, inDays } = world
    const id = await add({ expiresAt: inDays(5) })
    await notices.tell(telling(world, [id]))
    expect(await idsOf(world)).toEqual([])
    expect(await idsOf(world, { days: 7 })).toEqual([id])
    const write = { expiresAt: inDays(6) }
    await store.change(id, { quota: null, decide: () => ({ write, audit: [] }) })
    expect(await idsOf(world)).toEqual([id])
    const unused = await add()
    const asked = { kind: 'unused', days: 1, after: null, until: await laterThan(store, world.now) } as const
    expect(await idsOf(world, asked)).toEqual(expect.arrayContaining([unused]))
    await notices.tell(telling(world, [unused], { kind: 'unused', decide: () => ({ about: null, days: 1 }) }))
    for (const days of [0, 1, 2]) expect(await idsOf(world, { ...asked, days })).not.toContain(unused)
  })
}

/** The clock of the store, once it has moved on. */
async function laterThan(store: KeyStore, instant: Date): Promise<Date> {
  for (;;) {
    const now = await store.now()
    if (now.getTime() > instant.getTime() + 5) return now
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

function testTelling(open: Open): void {
  it('tells of each key what is decided, and decides on what it has told before', async (context) => {
    const world = await open(context)
    const { store, notices, organizationId, add, inDays } = world
    const [a, b] = [await add({ expiresAt: inDays(5) }), await add({ expiresAt: inDays(6) })]
    const other = await add({ owner: { type: 'organization', id: `${organizationId}-other` } })
    const seen: [string, StoredNotice | null][] = []
    const tell = (about: Date | null, days: number, kind: NoticeKind = 'expiring') =>
      notices.tell(
        telling(world, [a, b, other, 'nobody000000'], {
          kind,
          decide: (record, last) => {
            seen.push([record.id, last])
            return record.id === a ? { about, days } : null
          },
        }),
      )
    const before = await store.find(a)
    const [told, ...more] = await tell(inDays(5), 30)
    expect(more).toEqual([])
    expect(told).toMatchObject({ keyId: a, organizationId, kind: 'expiring', about: inDays(5), days: 30 })
    expect(told?.at.getTime()).toBeGreaterThanOrEqual(world.now.getTime())
    expect(new Map(seen)).toEqual(new Map([a, b].map((id) => [id, null])))
    seen.length = 0
    await tell(null, 9, 'unused')
    expect(new Map(seen)).toEqual(new Map([a, b].map((id) => [id, null])))
    seen.length = 0
    await tell(inDays(7), 7)
    expect(new Map(seen).get(a)).toEqual(told)
    expect((await store.find(a))?.record).toEqual(before?.record)
    expect(await notices.tell(telling(world, []))).toEqual([])
  })

  it('lets one of many calls at once tell (B18)', async (context) => {
    const world = await open(context)
    const { notices, add, inDays } = world
    const ids = await Promise.all([1, 2, 3, 4, 5].map(() => add({ expiresAt: inDays(5) })))
    const calls = Array.from({ length: 8 }, (_, at) =>
      notices.tell(telling(world, at % 2 === 0 ? ids : ids.toReversed())),
    )
    const told = (await Promise.all(calls)).flat().map(({ keyId }) => keyId)
    expect(told.toSorted()).toEqual(ids.toSorted())
  })

  it('decides on the key as the last change left it, and tells nothing where the decision throws', async (context) => {
    const world = await open(context)
    const { store, notices, add, inDays } = world
    const id = await add({ expiresAt: inDays(5) })
    const change = store.change(id, { quota: null, decide: () => ({ write: { status: 'revoked' }, audit: [] }) })
    const decide = (record: KeyRecord) => (record.status === 'active' ? { about: record.expiresAt, days: 30 } : null)
    await change
    expect(await notices.tell(telling(world, [id], { decide }))).toEqual([])
    const fault = new Error('no')
    const failing = telling(world, [await add()], {
      decide: () => {
        throw fault
      },
    })
    await expect(notices.tell(failing)).rejects.toBe(fault)
    await expect(notices.take({ worker: 'w', dueBy: await store.now(), limit: 1, leaseMs: 1 })).resolves.toEqual(
      expect.not.arrayContaining([expect.objectContaining({ organizationId: world.organizationId })]),
    )
  })
}

function testHanding(open: Open): void {
  /** What a worker takes of this organization. Stores of these tests are used by others as well. */
  const takenBy = async (world: World, worker: string, over: { leaseMs?: number; dueBy?: Date } = {}) => {
    const dueBy = over.dueBy ?? (await world.store.now())
    const taken = await world.notices.take({ worker, limit: 1_000, leaseMs: 60_000, ...over, dueBy })
    return taken.filter(({ organizationId }) => organizationId === world.organizationId)
  }
  const toldOf = async (context: TestContext, isHanded = true) => {
    const world = await open(context)
    const id = await world.add({ expiresAt: world.inDays(5) })
    const told = await world.notices.tell(telling(world, [id], { isHanded }))
    return { ...world, id, told }
  }

  it('gives out what was told to be handed, once, and then not before its lease is over', async (context) => {
    const world = await toldOf(context)
    const { store, notices, told } = world
    const both = await Promise.all([takenBy(world, 'w1'), takenBy(world, 'w2')])
    expect(both.flat()).toEqual(told)
    expect(await takenBy(world, 'w3')).toEqual([])
    const worker = both[0].length === 1 ? 'w1' : 'w2'
    // Another run does not end what this one has.
    await notices.settle('w3', [{ keyId: world.id, kind: 'expiring', nextInMs: 0 }])
    expect(await takenBy(world, 'w3')).toEqual([])
    await notices.settle(worker, [{ keyId: world.id, kind: 'expiring', nextInMs: 0 }])
    expect(await takenBy(world, 'w4', { dueBy: await laterThan(store, await store.now()), leaseMs: 1 })).toEqual(told)
    const dueBy = await laterThan(store, await store.now())
    expect(await takenBy(world, 'w5', { dueBy })).toEqual(told)
    await notices.settle('w4', [{ keyId: world.id, kind: 'expiring', nextInMs: 0 }])
    await notices.settle('w5', [{ keyId: world.id, kind: 'expiring', nextInMs: null }])
    expect(await takenBy(world, 'w6', { dueBy: await laterThan(store, dueBy) })).toEqual([])
  })

  it('gives out nothing that is not to be handed, that is due later, or that another notice replaced', async (context) => {
    const silent = await toldOf(context, false)
    expect(await takenBy(silent, 'w1')).toEqual([])
    const world = await toldOf(context)
    const earlier = { dueBy: new Date(world.now.getTime() - 1_000) }
    expect(await takenBy(world, 'w1', earlier)).toEqual([])
    expect(await takenBy(world, 'w1')).toEqual(world.told)
    const decide = () => ({ about: world.inDays(5), days: 7 })
    const [next] = await world.notices.tell(telling(world, [world.id], { decide }))
    await world.notices.settle('w1', [{ keyId: world.id, kind: 'expiring', nextInMs: null }])
    expect(await takenBy(world, 'w2')).toEqual([next])
  })
}
