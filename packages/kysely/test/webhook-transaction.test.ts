import type { Transaction } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kyselyWebhookStore } from '../src/index.js'
import { testedEngines } from './engines.js'
import { Abandoned, inputOf, newOwner, openWorld, type Tables, type World, ways } from './host-world.js'
import { eventOf, insertEndpoint, leaseMs } from './webhook-world.js'

for (const engine of testedEngines()) {
  describe.each(Object.entries(ways))(`${engine.name}: events in a transaction of the host's, by %s`, (_way, run) => {
    let world: World
    let webhooks: ReturnType<typeof kyselyWebhookStore>
    beforeAll(async () => {
      world = await openWorld(engine)
      webhooks = kyselyWebhookStore(world.db, { tablePrefix: world.prefix })
    })
    afterAll(() => world.close())

    const isUser = async (id: string) => {
      const { db, users } = world
      return (await db.selectFrom(users).select('id').where('id', '=', id).execute()).length === 1
    }
    const outbox = (trx: Transaction<Tables>) => webhooks.inTransaction?.(trx) ?? expect.unreachable()
    const claimed = async () => {
      const events = await webhooks.claimEvents({ worker: crypto.randomUUID(), limit: 1_000, leaseMs })
      return events.map(({ id, type }) => (type === 'order.paid' ? id : type))
    }
    /** A transaction that makes a user first. */
    const withUser = <T>(id: string, work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> =>
      run(world.db, async (trx) => {
        await trx.insertInto(world.users).values({ id }).execute()
        return work(trx)
      })

    it('are committed with it (HOOK-8)', async () => {
      const { id, organizationId } = newOwner()
      const events = Array.from({ length: 150 }, () => eventOf(organizationId))
      await withUser(id, async (trx) => {
        const { publish } = outbox(trx)
        await Promise.all([publish(events.slice(0, 120)), publish(events.slice(100))])
        await publish([])
      })
      expect(await isUser(id)).toBe(true)
      expect((await claimed()).toSorted()).toEqual(events.map((event) => event.id).toSorted())
    })

    it('are rolled back with it (HOOK-8)', async () => {
      const { id, organizationId } = newOwner()
      const event = eventOf(organizationId)
      const failing = withUser(id, async (trx) => {
        await outbox(trx).publish([event])
        throw new Abandoned()
      })
      await expect(failing).rejects.toThrow(Abandoned)
      expect(await isUser(id)).toBe(false)
      expect(await claimed()).toEqual([])
      await webhooks.publish([event])
      expect(await claimed()).toEqual([event.id])
    })

    it('that cannot be written leave the transaction as it was', async () => {
      const { id, organizationId } = newOwner()
      const [good, late] = [eventOf(organizationId), eventOf(organizationId)]
      await withUser(id, async (trx) => {
        // @ts-expect-error wrong on purpose: the column takes no null
        await expect(outbox(trx).publish([good, eventOf(organizationId, { data: null })])).rejects.toThrow(/null/i)
        await outbox(trx).publish([late])
      })
      expect(await isUser(id)).toBe(true)
      expect(await claimed()).toEqual([late.id])
    })

    it('of keys are committed and rolled back with the keys', async () => {
      const owner = newOwner()
      await insertEndpoint(webhooks, owner.organizationId)
      const create = (trx: Transaction<Tables>) => world.keyring.inTransaction(trx).create(inputOf(owner))
      const failing = withUser(owner.id, async (trx) => {
        await create(trx)
        throw new Abandoned()
      })
      await expect(failing).rejects.toThrow(Abandoned)
      expect(await claimed()).toEqual([])
      await withUser(owner.id, create)
      expect(await claimed()).toEqual(['api_key.created'])
    })

    it('are refused where there is no transaction', async () => {
      const refused = expect.objectContaining({ code: 'invalid_input', field: 'transaction' })
      for (const wrong of [world.db, {}]) expect(() => webhooks.inTransaction?.(wrong)).toThrow(refused)
      await run(world.db, async (trx) => expect(() => kyselyWebhookStore(trx)).toThrow(/not a transaction/))
    })
  })
}
