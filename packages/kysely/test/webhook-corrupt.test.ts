import type { ClaimedDelivery, DeliveryOutcome } from '@keywright/core/store'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyDatabase } from '../src/dialect/key-database.js'
import { kyselyWebhookStore, migrateToLatest } from '../src/index.js'
import { tableNames } from '../src/tables/table-names.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, type Engine, testedEngines } from './engines.js'
import { eventOf, insertEndpoint, leaseMs, send } from './webhook-world.js'

type Case = readonly [column: string, value: string]
type Table = 'api_key_events' | 'api_key_deliveries' | 'api_key_webhooks'

/** Values that no column of this store ever gets. Only SQLite takes text and bytes in a column of numbers. */
const numbers = ['9000000000000000', '-9000000000000000', '9223372036854775807']
const anything = [`'x'`, `x'00'`]
const isAnything = (value: string) => anything.includes(value)

/** A store with its own tables. */
async function openStore(db: Kysely<object>) {
  const tablePrefix = newPrefix()
  await migrateToLatest(db, { tablePrefix })
  const webhooks = kyselyWebhookStore(db, { tablePrefix })
  const tables = tableNames({ tablePrefix })
  const corrupt = async (table: Table, column: string, value: string, id: string) => {
    const { numAffectedRows } = await sql`update ${sql.table(tables[table])}
      set ${sql.ref(column)} = ${sql.raw(value)} where id = ${id}`.execute(db)
    expect(Number(numAffectedRows)).toBe(1)
  }
  const claim = (worker = 'w1') =>
    webhooks.claimDeliveries({ worker, limit: 10, perEndpoint: 10, perOrganization: 10, taken: [], leaseMs })
  const idsOf = (claimed: readonly ClaimedDelivery[]) => claimed.map(({ delivery }) => delivery.id)
  return { tablePrefix, webhooks, corrupt, claim, idsOf }
}

const settled = ({ delivery }: ClaimedDelivery): DeliveryOutcome => ({
  ...{ id: delivery.id, endpointId: delivery.endpointId, status: 'failed', reason: null, counts: true, nextInMs: null },
  attempt: { at: new Date(1_700_000_000_000), status: 500, error: 'status', latencyMs: 1, text: '' },
})

let count = 0
const newOrganization = () => {
  count += 1
  return `corrupt${count}`
}

async function testCorruptRows(engine: Engine): Promise<void> {
  const db = await connect(engine)
  if (db === null) return // engines.test.ts says which, and fails where all must be there
  const isSqlite = keyDatabase(db, {}).dialect.name === 'sqlite'
  const values = (isText: boolean) => (isText ? anything.slice(1) : [...numbers, ...anything])
  const cases = (columns: readonly string[], isText: boolean) =>
    columns.flatMap((column) => values(isText).map((value): Case => [column, value]))
  const taken = (all: readonly Case[]): Case[] => all.filter(([, value]) => isSqlite || !isAnything(value))

  describe(`${engine.name}: a row of webhooks that cannot be read`, () => {
    let store: Awaited<ReturnType<typeof openStore>>
    beforeAll(async () => {
      store = await openStore(db)
    })
    afterAll(async () => {
      await dropTables(db, store.tablePrefix)
      await db.destroy()
    })

    /** An endpoint with two deliveries, of which the test makes one unreadable. */
    const twoDeliveries = async () => {
      const to = await insertEndpoint(store.webhooks, newOrganization())
      await send(store.webhooks, to, 2)
      const [bad, good] = (await store.webhooks.listDeliveries({ endpointId: to.id, limit: 10 })).map(
        ({ id, event }) => ({
          id,
          eventId: event.id,
        }),
      )
      if (bad === undefined || good === undefined) return expect.unreachable()
      return { to, bad, good }
    }

    it.each(taken([...cases(['created_at'], false), ...cases(['type', 'data'], true)]))(
      'in the outbox with %s = %s is left out, and the other is claimed',
      async (column, value) => {
        const organization = newOrganization()
        const [bad, good] = [eventOf(organization), eventOf(organization)]
        await store.webhooks.publish([bad, good])
        await store.corrupt('api_key_events', column, value, bad.id)
        const claimed = await store.webhooks.claimEvents({ worker: 'w1', limit: 10, leaseMs })
        expect(claimed.map(({ id }) => id)).toEqual([good.id])
        // It is claimed as well, so that it is not in the way of others until its lease ends.
        expect(await store.webhooks.claimEvents({ worker: 'w2', limit: 10, leaseMs })).toEqual([])
      },
    )

    it.each(
      taken([
        ...cases(['created_at'], false).map(([column, value]) => [`event ${column}`, value] as const),
        ...cases(['type', 'data'], true).map(([column, value]) => [`event ${column}`, value] as const),
        ...cases(['created_at'], false),
      ]),
    )('among deliveries with %s = %s is left out, and the other is claimed and settled', async (what, value) => {
      const { bad, good, to } = await twoDeliveries()
      const [column = '', ofEvent] = what.split(' ').reverse()
      if (ofEvent === undefined) await store.corrupt('api_key_deliveries', column, value, bad.id)
      else await store.corrupt('api_key_events', column, value, bad.eventId)
      const claimed = await store.claim()
      expect(store.idsOf(claimed)).toEqual([good.id])
      expect(await store.claim('w2')).toEqual([])
      const [mine] = claimed
      if (mine === undefined) return expect.unreachable()
      // What a worker claimed before it became unreadable is settled with the others.
      await store.webhooks.settle('w1', [settled(mine), { ...settled(mine), id: bad.id }])
      expect((await store.webhooks.findDelivery(good.id))?.status).toBe('failed')
      expect((await store.webhooks.status({ organizationId: to.organizationId, since: new Date(0) })).pending).toBe(0)
    })

    it.each<Case>([
      ['log', `'{'`],
      ['log', `''`],
      ['log', `'7'`],
      ['log', `'[null]'`],
      ['log', `'[{"at":"soon"}]'`],
      ...taken([
        ['log', `x'00'`],
        ['attempts', `'x'`],
        ['attempts', `x'00'`],
      ]),
    ])('among deliveries with %s = %s is claimed, and begins anew', async (column, value) => {
      const { bad, good } = await twoDeliveries()
      await store.corrupt('api_key_deliveries', column, value, bad.id)
      const claimed = await store.claim()
      expect(store.idsOf(claimed).toSorted()).toEqual([bad.id, good.id].toSorted())
      expect(claimed.find(({ delivery }) => delivery.id === bad.id)?.delivery).toMatchObject({ attempts: 0, log: [] })
      const outcomes = claimed.map(settled)
      await store.webhooks.settle('w1', outcomes)
      for (const id of [bad.id, good.id]) {
        expect(await store.webhooks.findDelivery(id)).toMatchObject({
          ...{ status: 'failed', attempts: 1 },
          log: [outcomes[0]?.attempt],
        })
      }
    })

    it.each(taken(cases(['next_at'], false).filter(([, value]) => !value.startsWith('-'))))(
      'of a delivery with %s = %s is pruned',
      async (column, value) => {
        const to = await insertEndpoint(store.webhooks, newOrganization())
        await send(store.webhooks, to, 1)
        const [one] = await store.webhooks.listDeliveries({ endpointId: to.id, limit: 1 })
        await store.corrupt('api_key_deliveries', column, value, one?.id ?? '')
        const before = new Date(Date.now() + leaseMs)
        while ((await store.webhooks.prune({ before, limit: 1 })) > 0);
        expect(await store.webhooks.findDelivery(one?.id ?? '')).toBeNull()
      },
    )

    it.each<Case>([
      ['types', `'{'`],
      ['types', `'7'`],
      ['status', `'Active'`],
      ...taken([
        ...cases(['created_at', 'updated_at', 'failing_since', 'previous_secret_expires_at'], false),
        ['types', `x'00'`],
        ['version', `'x'`],
      ]),
    ])(
      'of an endpoint with %s = %s can still be found, listed and deleted, and affects no other',
      async (column, value) => {
        const organization = newOrganization()
        const list = async (limit: number) => {
          const found: string[] = []
          for (let after: { createdAt: Date; id: string } | undefined; found.length < 10; ) {
            const query = { organizationId: organization, limit, ...(after === undefined ? {} : { after }) }
            const page = await store.webhooks.listEndpoints(query)
            found.push(...page.map(({ id }) => id))
            after = page.at(-1)
            if (page.length < limit) break
          }
          return found.toSorted()
        }
        const bad = await insertEndpoint(store.webhooks, organization)
        const good = await insertEndpoint(store.webhooks, organization)
        await send(store.webhooks, bad, 1)
        await send(store.webhooks, good, 1)
        await store.corrupt('api_key_webhooks', column, value, bad.id)
        expect(await list(1)).toEqual([bad.id, good.id].toSorted())
        expect(await list(10)).toEqual([bad.id, good.id].toSorted())
        const record = (await store.webhooks.findEndpoint(bad.id))?.record
        for (const at of [
          record?.createdAt,
          record?.updatedAt,
          record?.failingSince,
          record?.previousSecretExpiresAt,
        ]) {
          expect(at === null || !Number.isNaN(at?.getTime())).toBe(true)
        }
        if (column === 'types') expect(record?.types).toEqual([])
        if (column === 'status') expect(record?.status).toBe('paused')
        if (column === 'previous_secret_expires_at') expect(record?.previousSecretExpiresAt).toEqual(new Date(0))
        const claimed = await store.claim()
        expect(claimed.map(({ endpoint }) => endpoint.id).toSorted()).toEqual([bad.id, good.id].toSorted())
        await store.webhooks.settle('w1', claimed.map(settled))
        await store.webhooks.changeEndpoint(bad.id, {
          decide: () => ({ write: { url: 'https://x.example' }, audit: [] }),
        })
        await store.webhooks.changeEndpoint(bad.id, { decide: () => ({ write: 'delete', audit: [] }) })
        expect(await list(10)).toEqual([good.id])
      },
    )
  })
}

for (const engine of testedEngines()) await testCorruptRows(engine)
