import type { Actor, AuditDraft, AuditType, JsonObject, Owner } from '@keywright/core'
import {
  dayMs,
  emptyAccount,
  emptyChain,
  hourMs,
  type KeyChanges,
  type KeyStore,
  linkAudit,
  madeHere,
  organizationOf,
  type StoreRetention,
} from '@keywright/core/store'
import { describe, expect, it, type TestContext } from 'vitest'
import { aKey } from './a-key.js'

const operator: Actor = { type: 'user', id: 'operator' }
const draft = (type: AuditType, data: JsonObject = {}): AuditDraft => ({
  type,
  actor: operator,
  keyId: null,
  context: {},
  data,
})
const pruned = draft('audit.pruned', { count: 3 })
const batch = () => crypto.randomUUID()

let count = 0

interface World {
  readonly store: KeyStore
  readonly retention: StoreRetention
  readonly organizationId: string
}

/** The tests of a key store for what it forgets. A store that keeps everything skips them. */
export function testRetention(openStore: () => Promise<KeyStore>): void {
  const open = async ({ skip }: TestContext): Promise<World> => {
    const store = await openStore()
    const { retention } = store
    if (retention === undefined) return skip('The store keeps everything: it has no retention.')
    count += 1
    return { store, retention, organizationId: `retained-${Date.now()}-${count}` }
  }

  describe('retention', () => {
    testOrganizations(open)
    testAuditStart(open)
    testDays(open)
    testTombstones(open)

    it('forgets no id of a request that it must remember', async (context) => {
      const { store, retention, organizationId } = await open(context)
      const owner: Owner = { type: 'organization', id: organizationId }
      const once = { id: batch(), fingerprint: 'same' }
      const insert = () => {
        const key = aKey({ owner })
        return store.insert({
          id: key.id,
          organizationId,
          quota: null,
          once,
          decide: () => ({ write: key, audit: [] }),
        })
      }
      await insert()
      const use = { keyId: 'k', organizationId, hour: new Date(0), count: 1, lastUsedAt: new Date(0) }
      const id = batch()
      await store.recordUsage(id, [use])
      await retention.forgetIds(1_000)
      await expect(insert()).rejects.toMatchObject({ code: 'request_repeated' })
      await store.recordUsage(id, [use])
      expect(await store.listUsage({ organizationId, from: new Date(0), to: new Date(hourMs) })).toMatchObject([
        { count: 1 },
      ])
    })
  })
}

type Open = (context: TestContext) => Promise<World>

function testOrganizations(open: Open): void {
  it('lists the organizations that have a log or a key, in the order of their bytes', async (context) => {
    const { store, retention, organizationId } = await open(context)
    const key = aKey({ owner: { type: 'user', id: 'u', organizationId: `${organizationId}-a` } })
    await store.insert({
      id: key.id,
      organizationId: organizationOf(key.owner),
      quota: null,
      decide: () => ({ write: key, audit: [] }),
    })
    for (const name of ['B', 'A', 'b']) await store.appendAudit(`${organizationId}-${name}`, [pruned])
    const names = async (after: string, limit: number) =>
      (await retention.organizations({ after: `${organizationId}-${after}`, limit })).map((id) => id.at(-1))
    expect(await names('', 3)).toEqual(['A', 'B', 'a'])
    expect(await names('B', 2)).toEqual(['a', 'b'])
    expect((await retention.organizations({ after: null, limit: 1 })).length).toBe(1)
  })
}

function testAuditStart(open: Open): void {
  const filled = async (context: TestContext) => {
    const world = await open(context)
    const { store, organizationId } = world
    const drafts = (['api_key.created', 'api_key.disabled', 'audit.exported', 'api_key.enabled'] as const).map((type) =>
      draft(type),
    )
    await store.appendAudit(organizationId, drafts)
    const records = await store.listAudit({ organizationId, order: 'asc', limit: 10 })
    const [first, , third, last] = records
    if (first === undefined || third === undefined || last === undefined) return expect.unreachable()
    const seqs = async (query: Partial<Parameters<KeyStore['listAudit']>[0]> = {}) =>
      (await store.listAudit({ organizationId, order: 'asc', limit: 100, ...query })).map(({ seq }) => seq)
    const move = { organizationId, from: emptyChain, to: { seq: 3, hash: third.hash }, record: pruned }
    return { ...world, first, third, last, seqs, move }
  }

  it('lets a log begin after a record, which another one says, and then removes what is before it (AUD-13)', async (context) => {
    const { store, retention, organizationId, third, last, seqs, move } = await filled(context)
    expect(await retention.auditStart(organizationId)).toEqual(emptyChain)
    expect(await retention.sweepAudit({ organizationId, limit: 10 })).toBe(0)
    const auditKey = { id: 'a1', secret: new Uint8Array(32).fill(7) }
    expect(await retention.moveAuditStart({ ...move, auditKey })).toBe(true)
    expect(await retention.auditStart(organizationId)).toEqual(move.to)
    const [, added] = await store.listAudit({ organizationId, order: 'asc', limit: 10 })
    expect(added).toMatchObject({ ...pruned, seq: 5, auditKeyId: 'a1' })
    const [again] = linkAudit(last, organizationId, [pruned], added?.at ?? new Date(NaN), auditKey)
    expect(added?.hash).toBe(again?.hash)
    expect(await store.auditHead(organizationId)).toEqual({ seq: 5, hash: added?.hash })
    for (let removed = 0; removed < 4; removed += 1) {
      // What is left of the rows is not in the log.
      expect(await seqs()).toEqual([4, 5])
      expect(await seqs({ order: 'desc' })).toEqual([5, 4])
      expect(await seqs({ after: 1 })).toEqual([4, 5])
      expect(await seqs({ type: 'api_key.created' })).toEqual([])
      expect(await seqs({ from: third.at, to: new Date(third.at.getTime() + 3_600_000) })).toEqual([4, 5])
      expect(await retention.sweepAudit({ organizationId, limit: 1 })).toBe(removed < 3 ? 1 : 0)
    }
    const next = { ...move, from: move.to, to: { seq: 5, hash: added?.hash ?? '' } }
    expect(await retention.moveAuditStart(next)).toBe(true)
    expect(await retention.sweepAudit({ organizationId, limit: 10 })).toBe(2)
    expect(await seqs()).toEqual([6])
  })

  it('lets no log begin elsewhere than asked, nor after what is no record of it', async (context) => {
    const { retention, organizationId, first, last, seqs, move } = await filled(context)
    const wrong = [
      { ...move, from: { seq: 1, hash: first.hash } },
      { ...move, from: { seq: 0, hash: first.hash } },
      { ...move, to: { seq: 3, hash: first.hash } },
      { ...move, to: { seq: 9, hash: last.hash } },
      { ...move, to: emptyChain },
      { ...move, organizationId: `${organizationId}-other` },
    ]
    for (const request of wrong) expect(await retention.moveAuditStart(request)).toBe(false)
    expect(await retention.auditStart(organizationId)).toEqual(emptyChain)
    expect(await retention.moveAuditStart(move)).toBe(true)
    expect(await retention.moveAuditStart(move)).toBe(false)
    const back = { ...move, from: move.to, to: { seq: 1, hash: first.hash } }
    expect(await retention.moveAuditStart(back)).toBe(false)
    expect(await seqs()).toEqual([4, 5])
  })

  it('lets one of several moves at once win, and loses no record that is appended meanwhile (AUD-4)', async (context) => {
    const { store, retention, organizationId, move } = await filled(context)
    const moves = [1, 2, 3, 4].map(async () => {
      const isMoved = await retention.moveAuditStart(move)
      await retention.sweepAudit({ organizationId, limit: 2 })
      await retention.sweepAudit({ organizationId, limit: 2 })
      return isMoved
    })
    const appends = [1, 2, 3, 4].map(() => store.appendAudit(organizationId, [draft('audit.exported')]))
    const [won] = await Promise.all([Promise.all(moves), Promise.all(appends)])
    expect(won.filter((isMoved) => isMoved)).toHaveLength(1)
    const records = await store.listAudit({ organizationId, order: 'asc', limit: 100 })
    expect(records.map(({ seq }) => seq)).toEqual([4, 5, 6, 7, 8, 9])
    let head: typeof emptyChain = move.to
    for (const record of records) {
      expect(record.hash).toBe(linkAudit(head, organizationId, [record], record.at)[0]?.hash)
      head = record
    }
  })
}

function testDays(open: Open): void {
  const day = (number: number) => new Date(Date.UTC(2020, 0, number))
  const use = ({ organizationId }: World, keyId: string, at: Date, counted: number) => ({
    ...{ keyId, organizationId, hour: new Date(Math.floor(at.getTime() / hourMs) * hourMs), count: counted },
    lastUsedAt: at,
  })
  const at = (number: number, hour: number) => new Date(day(number).getTime() + hour * hourMs + 1_234)
  const span = ({ organizationId }: World, bucketMs: typeof hourMs | typeof dayMs) =>
    ({ organizationId, from: day(1), to: day(9), bucketMs: bucketMs as 3_600_000 | 86_400_000 }) as const // one of both
  const inOrder = <T>(list: readonly T[]): T[] =>
    [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  const byDay = async (world: World, keyIds: readonly string[]) => ({
    uses: inOrder(await world.store.listKeyUsage({ ...span(world, dayMs), keyIds })),
    all: await world.store.listUsage(span(world, dayMs)),
    refusals: inOrder(await world.store.listRefusals({ ...span(world, dayMs), keyIds })),
    top: await world.store.topKeys({ ...span(world, dayMs), limit: 10 }),
  })
  const addUpAll = async ({ retention, organizationId }: World, before: Date, limit: number) => {
    let sum = 0
    let from: Date | null = null
    do {
      const { hours, next }: { hours: number; next: Date | null } = await retention.addUpDays({
        ...{ organizationId, from, before, limit },
      })
      expect(hours).toBeLessThanOrEqual(2 * limit)
      sum += hours
      from = next
    } while (from !== null)
    return sum
  }

  it.for([1, 2, 100])(
    'adds up hours to days, %i at a time: what is asked for by day stays the same (USE-6)',
    async (limit, context) => {
      const world = await open(context)
      const { store, retention, organizationId } = world
      const other = { ...world, organizationId: `${organizationId}-other` }
      const refusal = (keyId: string, hour: Date, code: string) => ({
        ...{ keyId, organizationId, hour: new Date(Math.floor(hour.getTime() / hourMs) * hourMs), code, count: 2 },
      })
      await store.recordUsage(
        batch(),
        [
          use(world, 'k1', at(1, 0), 1),
          use(world, 'k1', at(1, 23), 2),
          use(world, 'k2', at(1, 5), 4),
          use(world, 'k1', at(2, 3), 8),
          use(world, 'k1', at(3, 4), 16),
          use(other, 'k3', at(1, 1), 32),
        ],
        [refusal('k1', at(1, 2), 'a'), refusal('k1', at(1, 9), 'a'), refusal('k1', at(1, 9), 'b')],
      )
      const before = await byDay(world, ['k1', 'k2'])
      const old = { organizationId, hoursBefore: day(3), deletedBefore: null }
      expect(await retention.countOld(old)).toEqual({ hours: 7, tombstones: 0 })
      expect(await addUpAll(world, day(3), limit)).toBe(7)
      expect(await retention.countOld(old)).toEqual({ hours: 0, tombstones: 0 })
      expect(await addUpAll(world, day(3), limit)).toBe(0)
      expect(await byDay(world, ['k1', 'k2'])).toEqual(before)
      const hour = new Date(day(3).getTime() + 4 * hourMs)
      expect(await store.listUsage(span(world, hourMs))).toEqual([{ hour, count: 16 }])
      expect(await store.listRefusals(span(world, hourMs))).toEqual([])
      expect(await store.listUsage(span(other, hourMs))).toHaveLength(1)
      // A span that ends in a day has the whole of it.
      const half = { ...span(world, dayMs), to: at(1, 1) }
      expect(await store.listUsage(half)).toEqual([{ hour: day(1), count: 7 }])
      expect(await store.topKeys({ organizationId, from: day(1), to: at(1, 1), limit: 1 })).toEqual([
        { keyId: 'k2', count: 4 },
      ])
      expect(await store.listUsage({ ...span(world, dayMs), to: day(1) })).toEqual([])
    },
  )

  it('adds an hour that is written late to its day, and moves no last use back (USE-1)', async (context) => {
    const world = await open(context)
    const { store, organizationId } = world
    const key = aKey({ owner: { type: 'organization', id: organizationId }, expiresAt: null })
    await store.insert({ id: key.id, organizationId, quota: null, decide: () => ({ write: key, audit: [] }) })
    const last = async () => [
      (await store.find(key.id, { lastUse: true }))?.record.lastUsedAt,
      (await store.stats({ organizationId })).lastUsedAt,
    ]
    await store.recordUsage(batch(), [use(world, key.id, at(1, 3), 1), use(world, key.id, at(1, 20), 1)])
    expect(await last()).toEqual([at(1, 20), at(1, 20)])
    expect(await addUpAll(world, day(2), 10)).toBe(2)
    expect(await last()).toEqual([at(1, 20), at(1, 20)])
    await store.recordUsage(batch(), [use(world, key.id, at(1, 5), 1)])
    expect(await last()).toEqual([at(1, 20), at(1, 20)])
    expect(await store.listUsage(span(world, dayMs))).toEqual([{ hour: day(1), count: 3 }])
    expect(await addUpAll(world, day(2), 10)).toBe(1)
    expect(await last()).toEqual([at(1, 20), at(1, 20)])
    expect(await store.listUsage(span(world, dayMs))).toEqual([{ hour: day(1), count: 3 }])
  })

  it('moves no last use back where a day is added up in part (USE-1)', async (context) => {
    const world = await open(context)
    const { store, retention, organizationId } = world
    const owner: Owner = { type: 'organization', id: organizationId }
    const [key, gone] = [
      aKey({ owner, expiresAt: null }),
      aKey({ owner, lookupDigest: `${madeHere}${organizationId}` }),
    ]
    for (const write of [key, gone]) {
      await store.insert({ id: write.id, organizationId, quota: null, decide: () => ({ write, audit: [] }) })
    }
    await store.recordUsage(batch(), [
      use(world, key.id, at(1, 1), 1),
      use(world, key.id, at(1, 20), 1),
      use(world, gone.id, at(1, 22), 1),
    ])
    const deleted = { status: 'deleted', deletedAt: day(2) } as const
    await store.change(gone.id, { quota: null, decide: () => ({ write: deleted, audit: [] }) })
    expect(await retention.removeTombstones({ organizationId, before: day(3), limit: 10 })).toBe(1)
    const part = { organizationId, from: new Date(0), before: day(2), limit: 1 }
    for (let rest = 3; rest > 0; rest -= 1) {
      expect(await retention.addUpDays(part)).toMatchObject({ hours: 1 })
      const found = await store.find(key.id, { lastUse: true })
      expect(found?.record.lastUsedAt).toEqual(at(1, 20))
      expect((await store.stats({ organizationId })).lastUsedAt).toEqual(at(1, 22))
    }
  })

  it('counts each use once, whatever is added up and written at once (USE-2)', async (context) => {
    const world = await open(context)
    const { store } = world
    const keyIds = ['k1', 'k2', 'k3']
    const write = () =>
      store.recordUsage(
        batch(),
        keyIds.flatMap((id) => [1, 2, 3, 4].map((hour) => use(world, id, at(1, hour), 1))),
        keyIds.map((keyId) => ({ ...use(world, keyId, at(1, 1), 1), code: 'a' })),
      )
    await write()
    const works = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? write() : addUpAll(world, day(2), 5)))
    await Promise.all(works)
    await addUpAll(world, day(2), 5)
    const { uses, refusals } = await byDay(world, keyIds)
    expect(uses.map(({ keyId, count: counted }) => [keyId, counted])).toEqual(keyIds.map((id) => [id, 28]))
    expect(refusals.map(({ count: counted }) => counted)).toEqual([7, 7, 7])
    expect(await store.listUsage(span(world, hourMs))).toEqual([])
  })
}

function testTombstones(open: Open): void {
  it('removes the accounts of budgets of removed keys, and of nobody else (MGMT-17)', async (context) => {
    const { store, retention, organizationId } = await open(context)
    const { budgets } = store
    if (budgets === undefined) return context.skip('The store keeps no budgets.')
    const owner: Owner = { type: 'user', id: 'u', organizationId }
    const deletedAt = new Date((await store.now()).getTime() - 9 * dayMs)
    const add = async (write: KeyChanges) => {
      const key = aKey({ owner, lookupDigest: null })
      await store.insert({ id: key.id, organizationId, quota: null, decide: () => ({ write: key, audit: [] }) })
      await store.change(key.id, { quota: null, decide: () => ({ write, audit: [] }) })
      return key.id
    }
    const mark = (name: string) => `${madeHere}${organizationId}-${name}`
    const removed = await add({ status: 'deleted', deletedAt, lookupDigest: mark('budget') })
    const imported = await add({ status: 'deleted', deletedAt, lookupDigest: null })
    const live = await add({})
    const account = (holder: 'key' | 'owner' | 'organization', id: string, of = organizationId) => ({
      ...{ organizationId: of, holder, id },
    })
    // An owner whose name is that of the key, and a key of the same name elsewhere, are others.
    const kept = [
      account('key', live),
      account('key', imported),
      account('owner', removed),
      account('organization', organizationId),
      account('key', removed, `${organizationId}-other`),
    ]
    const spent = { period: 0, used: 7, extra: 2 }
    for (const one of [account('key', removed), ...kept]) {
      const decide = () => ({ write: [spent], audit: [], result: null })
      await budgets.change({ accounts: [one], about: 'k', isAudited: false, decide })
    }
    expect(
      await retention.removeTombstones({ organizationId, before: new Date(deletedAt.getTime() + 1), limit: 10 }),
    ).toBe(1)
    const statesOf = async (accounts: typeof kept) => {
      const all = []
      for (const one of accounts) all.push((await budgets.read([one])).states[0])
      return all
    }
    expect(await statesOf([account('key', removed)])).toEqual([emptyAccount])
    expect(await statesOf(kept)).toEqual(kept.map(() => spent))
  })

  it('removes keys that were deleted before an instant, and no others, and counts them on (MGMT-17)', async (context) => {
    const { store, retention, organizationId } = await open(context)
    const owner: Owner = { type: 'user', id: 'u', organizationId }
    const now = await store.now()
    const ago = (days: number) => new Date(now.getTime() - days * dayMs)
    const add = async (write: KeyChanges, usedAt: Date) => {
      const key = aKey({ owner, lookupDigest: null })
      await store.insert({ id: key.id, organizationId, quota: null, decide: () => ({ write: key, audit: [] }) })
      await store.change(key.id, { quota: null, decide: () => ({ write, audit: [] }) })
      const hour = new Date(Math.floor(usedAt.getTime() / hourMs) * hourMs)
      await store.recordUsage(batch(), [{ keyId: key.id, organizationId, hour, count: 1, lastUsedAt: usedAt }])
      return key.id
    }
    let marks = 0
    const deleted = (days: number): KeyChanges => {
      marks += 1
      return { status: 'deleted', deletedAt: ago(days), lookupDigest: `${madeHere}${organizationId}-${marks}` }
    }
    const old = [await add(deleted(9), ago(10)), await add(deleted(9), ago(12)), await add(deleted(9), ago(13))]
    const kept = [
      await add(deleted(7), ago(11)),
      // Without a mark, it may have been imported. Versions before left all tombstones so.
      await add({ ...deleted(9), lookupDigest: null }, ago(14)),
      await add({ ...deleted(9), lookupDigest: `sha256:${organizationId}` }, ago(14)),
      await add({ status: 'revoked', revokedAt: ago(9) }, ago(15)),
      await add({}, ago(16)),
    ]
    const before = await store.stats({ organizationId })
    expect(before).toMatchObject({ created: 8, lastUsedAt: ago(10) })
    const request = { organizationId, before: ago(8), limit: 2 }
    expect(await retention.countOld({ organizationId, hoursBefore: null, deletedBefore: ago(8) })).toEqual({
      ...{ hours: 0, tombstones: 3 },
    })
    expect(await retention.removeTombstones({ ...request, organizationId: `${organizationId}-other` })).toBe(0)
    const removed = await Promise.all([retention.removeTombstones(request), retention.removeTombstones(request)])
    const rest = (await retention.removeTombstones(request)) + (await retention.removeTombstones(request))
    expect(removed[0] + removed[1] + rest).toBe(3)
    for (const id of old) expect(await store.find(id)).toBeNull()
    for (const id of kept) expect((await store.find(id))?.record.id).toBe(id)
    expect(await store.stats({ organizationId })).toEqual(before)
    const span = { organizationId, from: ago(20), to: now }
    expect(await store.topKeys({ ...span, limit: 10 })).toHaveLength(8)
  })
}
