import { type EndpointRecord, mostWaiting } from '@keywright/core/store'
import type { Insertable, Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyDatabase } from '../src/dialect/key-database.js'
import { kyselyWebhookStore, migrateToLatest } from '../src/index.js'
import type { DeliveryTable } from '../src/tables/key-tables.js'
import { tableNames } from '../src/tables/table-names.js'
import { heldAt } from '../src/webhooks/delivery-row.js'
import { newDelivery } from '../src/webhooks/outbox.js'
import { dropTables, newPrefix } from './drop-tables.js'
import { connect, type Engine, testedEngines } from './engines.js'
import { owner } from './keyring-over.js'
import { keyringOnFile } from './sqlite-file.js'
import { eventOf, insertEndpoint, leaseMs, send } from './webhook-world.js'

const claimAnything = { limit: 100, perEndpoint: 100, perOrganization: 100, taken: [], leaseMs } as const

function testFullQueue(engine: Engine, db: Kysely<object>): void {
  describe(`${engine.name}: the queue of an endpoint`, () => {
    const tablePrefix = newPrefix()
    const table = tableNames({ tablePrefix }).api_key_deliveries
    const webhooks = kyselyWebhookStore(db, { tablePrefix })
    beforeAll(async () => {
      await migrateToLatest(db, { tablePrefix })
    })
    afterAll(async () => {
      await dropTables(db, tablePrefix)
      await db.destroy()
    })

    /** Adds deliveries: some that are due a while later, some that are held, and some that are over. */
    const add = async (
      { id: endpointId, organizationId }: EndpointRecord,
      counts: Record<'due' | 'held' | 'over', number>,
    ) => {
      const [due, held] = [counts.due, counts.due + counts.held]
      const rows = Array.from({ length: held + counts.over }, (_, at): Insertable<DeliveryTable> => {
        const next_at = at < due ? heldAt - 1 : at < held ? heldAt : null
        const status = at < due ? 'pending' : at < held ? 'held' : 'delivered'
        return { ...newDelivery({ eventId: `old${at}`, endpointId, organizationId }), status, next_at, created_at: 1 }
      })
      for (let from = 0; from < rows.length; from += 1_000) {
        await keyDatabase(db, {})
          .db.insertInto(table)
          .values(rows.slice(from, from + 1_000))
          .execute()
      }
    }

    it(`takes what comes until ${mostWaiting} wait or are held, and drops the rest`, async () => {
      const [full, other] = [await insertEndpoint(webhooks, 'o1'), await insertEndpoint(webhooks, 'o1')]
      await add(full, { due: mostWaiting - 1_003, held: 1_000, over: 50 })
      const events = Array.from({ length: 5 }, () => eventOf('o1'))
      await webhooks.publish(events)
      await webhooks.claimEvents({ worker: 'w1', limit: 5, leaseMs })
      const routes = events.map(({ id }) => ({ eventId: id, endpointIds: [full.id, other.id] }))
      await webhooks.queue('w1', routes)
      const became = async ({ id }: EndpointRecord) => {
        const found = await Promise.all(events.map((event) => webhooks.findDelivery(`${event.id}.${id}`)))
        return found
          .map((one) => `${one?.status} ${one?.reason} ${one?.nextAt === null ? 'ended' : 'waits'}`)
          .toSorted()
      }
      const dropped = 'dropped queue_full ended'
      expect(await became(full)).toEqual([dropped, dropped, ...Array(3).fill('pending null waits')])
      expect(await became(other)).toEqual(Array(5).fill('pending null waits'))
      expect((await webhooks.status({ organizationId: 'o1', since: new Date(0) })).events).toBe(0)

      const [one] = await webhooks.claimDeliveries({ ...claimAnything, worker: 'w1' })
      const late = [eventOf('o1')]
      await webhooks.publish(late)
      await webhooks.claimEvents({ worker: 'w1', limit: 5, leaseMs })
      await webhooks.queue('w1', [{ eventId: late[0]?.id ?? '', endpointIds: [full.id] }])
      expect(one).toBeDefined()
      // What a worker has still waits.
      expect(await webhooks.findDelivery(`${late[0]?.id}.${full.id}`)).toMatchObject({ reason: 'queue_full' })
    })
  })
}

for (const engine of testedEngines()) {
  const db = await connect(engine)
  if (db !== null) testFullQueue(engine, db) // engines.test.ts says which, and fails where all must be there
}

describe('deliveries of an endpoint that is gone', () => {
  /** An endpoint that went while the database refused to delete its deliveries, and one that is there. */
  const left = async () => {
    const { db, raw } = await keyringOnFile()
    const webhooks = kyselyWebhookStore(db)
    const { organizationId } = owner
    const gone = await insertEndpoint(webhooks, organizationId)
    const stays = await insertEndpoint(webhooks, organizationId)
    await send(webhooks, gone, 3)
    const [one] = await webhooks.listDeliveries({ endpointId: gone.id, limit: 1 })
    await send(webhooks, stays, 1)
    raw.exec(`create trigger refuse before delete on api_key_deliveries begin select raise(abort, 'refused'); end`)
    const changed = await webhooks.changeEndpoint(gone.id, { decide: () => ({ write: 'delete', audit: [] }) })
    expect(changed?.record.id).toBe(gone.id)
    raw.exec('drop trigger refuse')
    const rows = () => raw.prepare('select id from api_key_deliveries where endpoint_id = ?').all(gone.id).length
    expect(rows()).toBe(3)
    return { webhooks, raw, gone, stays, one, rows }
  }

  it('are found by nobody', async () => {
    const { webhooks, gone, stays, one } = await left()
    expect(await webhooks.findEndpoint(gone.id)).toBeNull()
    expect(await webhooks.findDelivery(one?.id ?? '')).toBeNull()
    expect(await webhooks.listDeliveries({ endpointId: gone.id, limit: 10 })).toEqual([])
    expect(await webhooks.listDeliveries({ endpointId: stays.id, limit: 10 })).toHaveLength(1)
    const since = new Date(0)
    expect(await webhooks.status({ organizationId: owner.organizationId, since })).toMatchObject({ pending: 1 })
    expect((await webhooks.status({ since })).endpoints.map(({ endpointId }) => endpointId)).toEqual([stays.id])
  })

  it('are deleted by the worker that claims them, which gets the others', async () => {
    const { webhooks, stays, rows } = await left()
    const claimed = await webhooks.claimDeliveries({ ...claimAnything, worker: 'w1' })
    expect(claimed.map(({ endpoint }) => endpoint.id)).toEqual([stays.id])
    expect(rows()).toBe(0)
  })

  it('are deleted by age, if they wait for no attempt', async () => {
    const { webhooks, raw, gone, rows } = await left()
    raw.prepare('update api_key_deliveries set next_at = ? where endpoint_id = ?').run(heldAt, gone.id)
    expect(await webhooks.prune({ before: new Date(Date.now() + leaseMs), limit: 100 })).toBe(3)
    expect(rows()).toBe(0)
  })
})
