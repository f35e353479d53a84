import type { DeliveryClaim, DeliveryStatus } from '@keywright/core/store'
import type { CompiledQuery, Kysely } from 'kysely'
import { describe, expect, it } from 'vitest'
import { keyDatabase } from '../src/dialect/key-database.js'
import { kyselyWebhookStore } from '../src/index.js'
import type { KeyTables } from '../src/tables/key-tables.js'
import { tableNames } from '../src/tables/table-names.js'
import { newEndpointRow } from '../src/webhooks/endpoint-row.js'
import { testedEngines } from './engines.js'
import { countRows } from './many-keys.js'
import { expectReads, type Reads } from './rows-read.js'
import { watchedDatabase } from './watched-database.js'
import { insertEndpoint, leaseMs } from './webhook-world.js'

/** Enough rows for each planner to prefer an index to a full scan. */
const manyDone = 30_000
const manyDue = 2_000
const startAt = 1_700_000_000_000

interface Filled {
  readonly endpoints: readonly string[]
  readonly organizations: readonly string[]
}

/** Makes events that are over, spread over endpoints, and as many of the first endpoint that are due. */
async function fill(
  db: Kysely<KeyTables>,
  tables: ReturnType<typeof tableNames>,
  { endpoints, organizations }: Filled,
) {
  for (let from = 0; from < manyDone + manyDue; from += 1_000) {
    const all = Array.from({ length: 1_000 }, (_, at) => from + at)
    const event = (n: number) => ({
      ...{ id: `e${n}`, organization_id: organizations[n % organizations.length] ?? '', type: 'order.paid' },
      ...{ resource_type: null, resource_id: null, data: '{}', endpoint_id: null, claim: null },
      ...{ created_at: startAt + n, next_at: n < manyDone ? null : startAt + n },
    })
    const delivery = (n: number) => {
      const at = n < manyDone ? n % endpoints.length : 0
      const status: DeliveryStatus = n >= manyDone ? 'pending' : n % 10 === 0 ? 'failed' : 'delivered'
      const endpointId = endpoints[at] ?? ''
      return {
        ...{ id: `e${n}.${endpointId}`, event_id: `e${n}`, endpoint_id: endpointId, status, reason: null },
        ...{ organization_id: organizations[at] ?? '', attempts: 1, claim: null, log: '[]' },
        ...{ created_at: startAt + n, next_at: n < manyDone ? null : startAt + n },
      }
    }
    await db.insertInto(tables.api_key_events).values(all.map(event)).execute()
    await db.insertInto(tables.api_key_deliveries).values(all.map(delivery)).execute()
  }
}

for (const engine of testedEngines()) {
  const watched = await watchedDatabase(engine)
  if (watched === null) continue
  const { db, tablePrefix, statements } = watched
  const webhooks = kyselyWebhookStore(db, { tablePrefix })
  const organizations = Array.from({ length: 100 }, (_, at) => `org${at}`)
  const endpoints: string[] = []
  for (const one of organizations) endpoints.push((await insertEndpoint(webhooks, one)).id)
  const [first = '', second = ''] = endpoints
  const tables = tableNames({ tablePrefix })
  const idle = Array.from({ length: 3_000 }, (_, at) =>
    newEndpointRow(
      { id: `idle${at}`, keyId: `idle${at}`, organizationId: `idle${at}` },
      { url: 'https://x.example', description: null, types: null, secret: '', createdBy: { type: 'user', id: 'x' } },
      new Date(startAt),
    ),
  )
  for (let from = 0; from < idle.length; from += 500) {
    const some = idle.slice(from, from + 500)
    await keyDatabase(db, {}).db.insertInto(tables.api_key_webhooks).values(some).execute()
  }
  // An organization with many endpoints, of which most are paused.
  const crowd = 'crowd'
  for (let from = 0; from < 2_000; from += 500) {
    const some = Array.from({ length: 500 }, (_, at) => ({
      ...newEndpointRow(
        { id: `crowd${from + at}`, keyId: 'crowd', organizationId: crowd },
        { url: 'https://x.example', description: null, types: null, secret: '', createdBy: { type: 'user', id: 'x' } },
        new Date(startAt + (from + at) * 1_000),
      ),
      status: (from + at) % 100 === 0 ? 'active' : 'paused',
    }))
    await keyDatabase(db, {}).db.insertInto(tables.api_key_webhooks).values(some).execute()
  }
  await fill(keyDatabase(db, {}).db, tables, { endpoints, organizations })
  for (const table of [tables.api_key_events, tables.api_key_deliveries, tables.api_key_webhooks]) {
    await countRows(db, table)
  }

  const during = async (work: () => Promise<unknown>): Promise<readonly CompiledQuery[]> => {
    statements.length = 0
    await work()
    return statements.filter(({ sql }) => /api_key/.test(sql))
  }
  // To explain an update leaves a statement of libsql open, so that nothing can be committed.
  const expectUpdate = async (update: CompiledQuery | undefined, reads: Reads) => {
    expect(update?.sql).toMatch(/^update/)
    if (keyDatabase(db, {}).dialect.name !== 'sqlite') await expectReads(db, update, reads)
  }
  const byId = /PRIMARY|_pkey|sqlite_autoindex/

  describe(`${engine.name} with ${manyDone} deliveries that are over, and ${manyDue} that are due`, () => {
    const claim = (limit: number, more: Partial<DeliveryClaim> = {}) =>
      webhooks.claimDeliveries({
        ...{ worker: 'w1', perEndpoint: 100, perOrganization: 100, taken: [] },
        limit,
        leaseMs,
        ...more,
      })

    it('claims deliveries by what is due, from an index alone, and takes them by their ids', async () => {
      const [find, take, read, ...more] = await during(async () => expect(await claim(10)).toHaveLength(10))
      await expectReads(db, find, { most: 40, index: /by_next/, alone: true })
      await expectUpdate(take, { most: 40, index: byId })
      await expectReads(db, read, { most: 40, index: byId })
      expect(more).toHaveLength(1)
    })

    it.each([
      ['an endpoint', { perEndpoint: 10 }],
      ['an organization', { perOrganization: 10 }],
    ])('passes by %s that has its share in an index alone', async (_what, share) => {
      const taken = Array(10).fill({ id: first, organizationId: organizations[0] })
      const [find, ...more] = await during(async () => expect(await claim(10, { ...share, taken })).toEqual([]))
      expect(more).toEqual([])
      await expectReads(db, find, { most: manyDue, index: /by_next/, alone: true })
    })

    it('reads a page of the active endpoints of an organization, and not those that are paused', async () => {
      const query = { organizationId: crowd, status: 'active', limit: 10 } as const
      for (const after of [undefined, { createdAt: new Date(startAt + 1_500_000), id: 'crowd' }]) {
        const [read] = await during(async () => {
          expect(await webhooks.listEndpoints({ ...query, ...(after === undefined ? {} : { after }) })).toHaveLength(10)
        })
        await expectReads(db, read, { most: 20, index: /by_status/ })
      }
    })

    it('claims events by what is due, from an index alone, and takes them by their ids', async () => {
      const [find, take, read, ...more] = await during(async () => {
        const events = await webhooks.claimEvents({ worker: 'w1', limit: 10, leaseMs })
        expect(events).toHaveLength(10)
      })
      await expectReads(db, find, { most: 10, index: /by_next/, alone: true })
      await expectUpdate(take, { most: 10, index: byId })
      await expectReads(db, read, { most: 10, index: byId })
      expect(more).toEqual([])
    })

    it('reads a page of deliveries, of any status or of one', async () => {
      const after = { createdAt: new Date(startAt + 20_000), id: 'e2' }
      for (const [query, most] of [
        [{}, 20],
        [{ after }, 20],
        [{ status: ['delivered'] as const, after }, 30],
      ] as const) {
        const [read] = await during(async () => {
          expect(await webhooks.listDeliveries({ endpointId: second, limit: 10, ...query })).toHaveLength(10)
        })
        await expectReads(db, read, { most, index: /by_endpoint/ })
      }
    })

    it('finds what a replay of a range asks for by the time of the organization', async () => {
      const range = { from: new Date(startAt), to: new Date(startAt + 5_000), limit: 100 }
      const sent = await during(() => webhooks.replay({ endpointId: second, audit: () => [], ...range }))
      const [find] = sent.filter(({ sql }) => /left join/.test(sql))
      await expectReads(db, find, { most: 150, index: /by_organization/ })
    })

    it('postpones what is due for an endpoint by that alone', async () => {
      const [update] = await during(() => webhooks.postpone([second], leaseMs))
      await expectUpdate(update, { most: 400, index: /by_endpoint|by_next/ })
    })

    it.each([
      ['everywhere', {}, /by_next/, /by_time|by_endpoint/, manyDue],
      ['in an organization', { organizationId: organizations[1] ?? '' }, /by_endpoint_next/, /by_endpoint/, 200],
    ] as const)('counts what waits, and what became of the latest, %s', async (_where, of, next, time, most) => {
      const since = new Date(startAt + 29_000)
      const [waiting, counts] = await during(async () => {
        expect((await webhooks.status({ ...of, since })).pending).toBe(most === manyDue ? manyDue : 0)
      })
      await expectReads(db, waiting, { most: manyDue, index: next })
      await expectReads(db, counts, { most: 4_000, index: time })
    })

    it('prunes the oldest events that wait for no attempt, and reads as many', async () => {
      const [find] = await during(async () => {
        expect(await webhooks.prune({ before: new Date(startAt + 1_000), limit: 100 })).toBe(100)
      })
      await expectReads(db, find, { most: 200, index: /by_time/ })
    })

    it('counts what waits for endpoints from an index alone, and not what was sent', async () => {
      const events = await webhooks.claimEvents({ worker: 'counting', limit: manyDue, leaseMs })
      const routes = events.slice(0, 200).map(({ id }) => ({ eventId: id, endpointIds: [first, second] }))
      const sent = await during(() => webhooks.queue('counting', routes))
      const [count, ...more] = sent.filter(({ sql }) => /group by/.test(sql))
      expect(more).toEqual([])
      await expectReads(db, count, { most: manyDue + 10, index: /by_endpoint_next/, alone: true })
    })
  })
}
