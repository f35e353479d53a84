import { deliveryId, keyEvent, organizationOf } from '@keywright/core/store'
import { describe, expect, it } from 'vitest'
import { aKey } from './a-key.js'
import {
  anEvent,
  draft,
  idsOf,
  type OpenWebhooks,
  outcomeOf,
  unique,
  type WebhookWorld,
  webhookWorld,
} from './webhook-world.js'

/** The tests of a store of webhooks for events that no endpoint was looked up for yet. */
export function testOutbox(open: OpenWebhooks): void {
  describe('publish and claimEvents', () => {
    it("return every field of an event, and the store's time", async () => {
      const { keys, webhooks, organizationId, claimEvents } = await webhookWorld(open)
      const events = [anEvent(organizationId), anEvent(organizationId, { resource: null, data: '{}' })]
      const before = await keys.now()
      await webhooks.publish(events)
      const after = await keys.now()
      const claimed = await claimEvents()
      expect(claimed.map(({ createdAt: _, ...event }) => event).toSorted(byId)).toEqual(events.toSorted(byId))
      for (const { createdAt } of claimed) {
        expect(createdAt.getTime()).toBeGreaterThanOrEqual(before.getTime())
        expect(createdAt.getTime()).toBeLessThanOrEqual(after.getTime())
      }
      expect(await claimEvents()).toEqual([])
    })

    it('keep the first event under an id, within a call and later', async () => {
      const { webhooks, organizationId, worker, claimEvents } = await webhookWorld(open)
      const first = anEvent(organizationId)
      const other = anEvent(organizationId)
      await webhooks.publish([first, { ...first, type: 'second' }, other])
      await webhooks.publish([{ ...first, type: 'third' }])
      const claimed = await claimEvents()
      expect(claimed.toSorted(byId)).toMatchObject([first, other].toSorted(byId))
      await webhooks.queue(worker, [{ eventId: first.id, endpointIds: [] }])
      await webhooks.publish([first])
      expect(await claimEvents()).toEqual([])
      await webhooks.publish([])
    })

    it('take many events at a time, and long ones', async () => {
      const { webhooks, organizationId, claimEvents } = await webhookWorld(open)
      const long = JSON.stringify({ text: 'ü'.repeat(40_000) })
      const many = Array.from({ length: 1_200 }, () => anEvent(organizationId))
      await webhooks.publish([anEvent(organizationId, { data: long }), ...many])
      const claimed = await claimEvents(undefined, 5_000)
      expect(claimed).toHaveLength(1_201)
      expect(claimed.filter(({ data }) => data === long)).toHaveLength(1)
    })

    it('give the oldest events first, no more than the limit', async () => {
      const { webhooks, organizationId, claimEvents, tick } = await webhookWorld(open)
      const events = Array.from({ length: 5 }, () => anEvent(organizationId))
      for (const event of events) {
        await webhooks.publish([event])
        await tick()
      }
      expect(idsOf(await claimEvents(undefined, 2)).toSorted()).toEqual(idsOf(events.slice(0, 2)).toSorted())
      expect(idsOf(await claimEvents(undefined, 2)).toSorted()).toEqual(idsOf(events.slice(2, 4)).toSorted())
      expect(idsOf(await claimEvents(undefined, 2))).toEqual(idsOf(events.slice(4)))
    })

    it.each(['one worker', 'several workers'])('give each event to one of many calls at once, of %s', async (who) => {
      const { webhooks, organizationId, worker, claimEvents } = await webhookWorld(open)
      const events = Array.from({ length: 40 }, () => anEvent(organizationId))
      await webhooks.publish(events)
      const call = (at: number) => claimEvents(who === 'one worker' ? worker : `${worker}-${at}`, 10)
      const claimed = idsOf((await Promise.all(Array.from({ length: 8 }, (_, at) => call(at)))).flat())
      for (;;) {
        const rest = idsOf(await claimEvents())
        if (rest.length === 0) break
        claimed.push(...rest)
      }
      expect(claimed.toSorted()).toEqual(idsOf(events).toSorted())
    })

    it('give an event to another worker when the lease is over, and the first can no longer queue it', async () => {
      const { webhooks, organizationId, worker, endpoint, claimEvents, delivery } = await webhookWorld(open)
      const { id: endpointId } = await endpoint()
      const event = anEvent(organizationId)
      await webhooks.publish([event])
      expect(await webhooks.claimEvents({ worker, limit: 10, leaseMs: 1 })).toHaveLength(1)
      await expect.poll(async () => idsOf(await claimEvents('another'))).toEqual([event.id])
      const route = { eventId: event.id, endpointIds: [endpointId] }
      await webhooks.queue(worker, [route])
      expect(await webhooks.findDelivery(deliveryId(event.id, endpointId))).toBeNull()
      await webhooks.queue('another', [route])
      expect((await delivery(deliveryId(event.id, endpointId))).status).toBe('pending')
    })
  })

  describe('queue', () => {
    it('makes a delivery for each endpoint, which is due at once, and ends the event in the outbox', async () => {
      const { webhooks, organizationId, worker, endpoint, claimEvents, claim, delivery } = await webhookWorld(open)
      const endpoints = [await endpoint(), await endpoint()]
      const [event, other, unwanted] = [anEvent(organizationId), anEvent(organizationId), anEvent(organizationId)]
      await webhooks.publish([event, other, unwanted])
      const stored = await claimEvents()
      await webhooks.queue(worker, [
        { eventId: event.id, endpointIds: idsOf(endpoints) },
        { eventId: other.id, endpointIds: idsOf(endpoints.slice(1)) },
        { eventId: unwanted.id, endpointIds: [] },
      ])
      const found = await delivery(deliveryId(event.id, endpoints[0]?.id ?? ''))
      expect(found).toEqual({
        id: `${event.id}.${endpoints[0]?.id}`,
        endpointId: endpoints[0]?.id,
        event: stored.find(({ id }) => id === event.id),
        status: 'pending',
        reason: null,
        attempts: 0,
        nextAt: expect.any(Date),
        log: [],
        createdAt: expect.any(Date),
      })
      const routed = [
        [event, endpoints[0]],
        [event, endpoints[1]],
        [other, endpoints[1]],
      ] as const
      const expected = routed.map(([{ id }, to]) => deliveryId(id, to?.id ?? ''))
      expect((await claim()).map((one) => one.delivery.id).toSorted()).toEqual(expected.toSorted())
      expect((await webhooks.status({ organizationId, since: new Date(0) })).events).toBe(0)
    })

    it('is the same when it is called twice, and leaves alone what became of its deliveries', async () => {
      const { webhooks, organizationId, worker, endpoint, claimEvents, claim, delivery } = await webhookWorld(open)
      const { id: endpointId } = await endpoint()
      const event = anEvent(organizationId)
      await webhooks.publish([event])
      await claimEvents()
      const routes = [{ eventId: event.id, endpointIds: [endpointId] }]
      await webhooks.queue(worker, routes)
      await webhooks.queue(worker, routes)
      const [claimed, ...more] = await claim()
      expect(more).toEqual([])
      await webhooks.settle(worker, [outcomeOf(claimed?.delivery ?? expect.unreachable())])
      await webhooks.queue(worker, routes)
      expect((await delivery(deliveryId(event.id, endpointId))).status).toBe('delivered')
      expect(await claim()).toEqual([])
      await webhooks.queue(worker, [])
    })

    it('makes no delivery to an endpoint that has gone meanwhile', async () => {
      const { webhooks, organizationId, worker, endpoint, change, claimEvents, claim, delivery } =
        await webhookWorld(open)
      const [gone, stays] = [await endpoint(), await endpoint()]
      const event = anEvent(organizationId)
      await webhooks.publish([event])
      await claimEvents()
      await change(gone.id, 'delete')
      await webhooks.queue(worker, [{ eventId: event.id, endpointIds: [gone.id, stays.id] }])
      expect(await webhooks.findDelivery(deliveryId(event.id, gone.id))).toBeNull()
      expect((await delivery(deliveryId(event.id, stays.id))).status).toBe('pending')
      expect((await claim()).map((one) => one.endpoint.id)).toEqual([stays.id])
      expect((await webhooks.status({ organizationId, since: new Date(0) })).pending).toBe(1)
    })
  })

  describe('events of keys', () => {
    const ofWorld = ({ keys, organizationId }: WebhookWorld) => {
      const owner = { type: 'organization', id: organizationId } as const
      const insert = (key = aKey({ owner })) =>
        keys.insert({
          ...{ id: key.id, organizationId: organizationOf(key.owner), quota: null },
          decide: () => ({ write: key, audit: [draft('api_key.created', key.id)] }),
        })
      return { owner, insert }
    }

    it('are in the outbox from the first endpoint of their organization on, one for each audit record about a key', async () => {
      const world = await webhookWorld(open)
      const { keys, organizationId, endpoint, change, claimEvents, audit } = world
      const { insert } = ofWorld(world)
      const before = await insert()
      await keys.appendAudit(organizationId, [draft('api_key.disabled', before?.id ?? '')])
      expect(await claimEvents()).toEqual([])
      const { id } = await endpoint()
      const since = (await audit()).length
      expect(await claimEvents()).toEqual([])

      const key = (await insert()) ?? expect.unreachable()
      const drafts = [draft('api_key.revealed', key.id), draft('api_key.renamed', key.id, { to: 'new' })]
      await keys.change(key.id, { quota: null, decide: () => ({ write: { name: 'new' }, audit: drafts }) })
      await keys.appendAudit(organizationId, [
        draft('audit.exported', null),
        draft('tool.called', key.id),
        draft('api_key.disabled', key.id),
      ])
      const types = ['api_key.created', 'api_key.renamed', 'api_key.disabled']
      const expectEvents = async (expected: readonly string[], from: number) => {
        const records = (await audit()).slice(from).filter(({ type }) => expected.includes(type))
        expect(records.map(({ type }) => type)).toEqual(expected)
        const events = records.map((record) => ({ ...keyEvent(record), createdAt: record.at }))
        expect((await claimEvents()).toSorted(byId)).toEqual(events.toSorted(byId))
      }
      await expectEvents(types, since)

      // A receiver that was there once may come back, and ask for what it missed.
      await change(id, 'delete')
      const without = (await audit()).length
      await insert()
      await expectEvents(['api_key.created'], without)
    })

    it('are those of no other organization', async () => {
      const world = await webhookWorld(open)
      await world.endpoint({}, { organizationId: unique('org') })
      await ofWorld(world).insert()
      expect(await world.claimEvents()).toEqual([])
    })

    it('are not there if the change is not', async () => {
      const world = await webhookWorld(open)
      const { keys, endpoint, claimEvents } = world
      const { owner, insert } = ofWorld(world)
      await endpoint()
      const key = (await insert()) ?? expect.unreachable()
      expect(await claimEvents()).toHaveLength(1)
      expect(await insert(aKey({ id: key.id, owner }))).toBeNull()
      const audited = [draft('api_key.renamed', key.id), draft('api_key.renamed', key.id, { limit: Number.NaN })]
      const rename = () => ({ write: { name: 'new' }, audit: audited })
      await expect(keys.change(key.id, { quota: null, decide: rename })).rejects.toThrow()
      await keys.change(key.id, { quota: null, decide: () => null })
      expect(await claimEvents()).toEqual([])
    })
  })
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1
}
