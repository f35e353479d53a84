import {
  type DeliveryQuery,
  type DeliveryRecord,
  deliveryId,
  type EndpointRecord,
  type NewEvent,
} from '@keywright/core/store'
import { describe, expect, it } from 'vitest'
import {
  anEvent,
  draft,
  expectChain,
  failedOf,
  idsOf,
  leaseMs,
  type OpenWebhooks,
  outcomeOf,
  unique,
  webhookWorld,
} from './webhook-world.js'

/** The tests of a store of webhooks for what became of deliveries. */
export function testDeliveryLog(open: OpenWebhooks): void {
  describe('lists of deliveries', () => {
    it('have the newest first, of one endpoint and of some statuses, in pages that neither repeat nor skip', async () => {
      const { webhooks, worker, endpoint, fill, claim } = await webhookWorld(open)
      const [to, other] = [await endpoint(), await endpoint()]
      for (let count = 0; count < 3; count += 1) await fill(to, 3)
      await fill(other, 1)
      const mine = (await claim()).map((one) => one.delivery).filter(({ endpointId }) => endpointId === to.id)
      await webhooks.settle(
        worker,
        mine.slice(0, 3).map((one) => outcomeOf(one)),
      )
      await webhooks.settle(
        worker,
        mine.slice(3, 7).map((one) => failedOf(one)),
      )
      for (const [status, count] of [
        [undefined, 9],
        [['failed'], 4],
        [['delivered', 'pending'], 5],
        [['held'], 0],
      ] as const) {
        const query: Omit<DeliveryQuery, 'limit'> = { endpointId: to.id, ...(status === undefined ? {} : { status }) }
        const whole = await webhooks.listDeliveries({ ...query, limit: 100 })
        expect(whole).toHaveLength(count)
        for (const one of whole) expect(await webhooks.findDelivery(one.id)).toEqual(one)
        const times = whole.map(({ createdAt }) => createdAt.getTime())
        expect(times).toEqual(times.toSorted((a, b) => b - a))
        const paged: DeliveryRecord[] = []
        for (;;) {
          const after = paged.at(-1)
          const page = await webhooks.listDeliveries({ ...query, limit: 2, ...(after === undefined ? {} : { after }) })
          if (page.length === 0) break
          paged.push(...page)
        }
        expect(idsOf(paged)).toEqual(idsOf(whole))
      }
      expect(await webhooks.listDeliveries({ endpointId: 'nobody', limit: 10 })).toEqual([])
      expect(await webhooks.findDelivery('nobody')).toBeNull()
    })
  })

  describe('replay', () => {
    /** Events of one endpoint, one of each state, in order of time, with a moment between them. */
    const replayable = async () => {
      const world = await webhookWorld(open)
      const { webhooks, worker, organizationId, endpoint, change, send, claim, claimEvents, tick } = world
      const to = await endpoint({ types: ['order.paid', 'order.sent'] })
      const other = await endpoint()
      const from = await tick()
      const events: Record<string, NewEvent> = {}
      const publish = async (name: string, type = 'order.paid', endpoints: readonly EndpointRecord[] = [to]) => {
        const event = anEvent(organizationId, { type })
        events[name] = event
        await send([event], endpoints)
        const claimed = await claim()
        await tick()
        return claimed.map((one) => one.delivery)
      }
      const settle = async (deliveries: readonly DeliveryRecord[], as: typeof outcomeOf) =>
        webhooks.settle(
          worker,
          deliveries.map((one) => as(one)),
        )
      await settle(await publish('failed'), (one) => failedOf(one))
      await settle(await publish('delivered'), outcomeOf)
      await settle(await publish('dropped', 'order.sent'), (one) =>
        outcomeOf(one, { status: 'dropped', reason: 'scope_missing', attempt: null }),
      )
      await settle(await publish('retried'), (one) => failedOf(one, leaseMs))
      await publish('claimed')
      await settle(await publish('held'), (one) => outcomeOf(one, { status: 'held', attempt: null }))
      await publish('unwanted', 'order.lost', [])
      await publish('missed', 'order.paid', [])
      await settle(await publish('others', 'order.paid', [other]), outcomeOf)
      const test = anEvent(organizationId)
      events.test = test
      const alone = await webhooks.claimNew(test, other.id, { worker, leaseMs })
      await webhooks.settle(worker, [failedOf(alone?.delivery ?? expect.unreachable())])
      events.outbox = anEvent(organizationId)
      await webhooks.publish([events.outbox])
      await claimEvents('router')
      const elsewhere = unique('org')
      const theirs = await endpoint({}, { organizationId: elsewhere })
      events.theirs = anEvent(elsewhere)
      await send([events.theirs], [theirs])
      await settle(
        (await claim()).map((one) => one.delivery),
        (one) => failedOf(one),
      )
      const until = await tick()
      const eventOf = (name: string) => events[name] ?? expect.unreachable(name)
      const replay = (range: { eventId: string } | { from: Date; to: Date; limit: number }, endpointId = to.id) =>
        webhooks.replay({ endpointId, audit: (queued) => [draft('webhook.replayed', 'k-hooks', { queued })], ...range })
      const replayed = async () => (await claim()).map((one) => one.delivery)
      return { ...world, to, from, until, eventOf, replay, replayed, change }
    }

    it('queues those of a range that were neither delivered nor wait, of the endpoint’s organization and types', async () => {
      const { webhooks, to, from, until, eventOf, replay, replayed, delivery, audit } = await replayable()
      const before = await delivery(deliveryId(eventOf('failed').id, to.id))
      expect(await replay({ from, to: until, limit: 100 })).toBe(4)
      const claimed = await replayed()
      const names = ['failed', 'dropped', 'missed', 'others']
      expect(claimed.map(({ event }) => event.id).toSorted()).toEqual(names.map((name) => eventOf(name).id).toSorted())
      for (const one of claimed)
        expect(one).toMatchObject({ endpointId: to.id, status: 'pending', reason: null, attempts: 0 })
      // What was tried before stays in its log.
      expect(claimed.find(({ id }) => id === before.id)).toMatchObject({ log: before.log, createdAt: before.createdAt })
      const records = await audit()
      expect(records.at(-1)).toMatchObject({ type: 'webhook.replayed', data: { queued: 4 } })
      expectChain(records)
      expect(await replay({ from, to: until, limit: 100 })).toBe(0)
      expect(await webhooks.replay({ endpointId: 'nobody', audit: () => [], from, to: until, limit: 100 })).toBe(0)
      expect(await audit()).toHaveLength(records.length)
    })

    it('begins at the beginning of a range, ends before its end, and takes the oldest first', async () => {
      const { webhooks, to, from, until, eventOf, replay, replayed, delivery } = await replayable()
      const timeOf = async (name: string) => (await delivery(deliveryId(eventOf(name).id, to.id))).event.createdAt
      const [failed, dropped] = [await timeOf('failed'), await timeOf('dropped')]
      expect(await replay({ from, to: failed, limit: 100 })).toBe(0)
      expect(await replay({ from: failed, to: dropped, limit: 100 })).toBe(1)
      expect((await replayed()).map(({ event }) => event.id)).toEqual([eventOf('failed').id])
      expect(await replay({ from, to: until, limit: 2 })).toBe(2)
      const oldest = [eventOf('dropped').id, eventOf('missed').id]
      expect((await replayed()).map(({ event }) => event.id).toSorted()).toEqual(oldest.toSorted())
      expect(await webhooks.listDeliveries({ endpointId: to.id, limit: 100 })).toHaveLength(7)
    })

    it('queues one event whatever became of it, unless it waits or is not the endpoint’s to have', async () => {
      const { to, eventOf, replay, replayed } = await replayable()
      for (const name of ['delivered', 'failed', 'dropped', 'unwanted']) {
        expect([name, await replay({ eventId: eventOf(name).id })]).toEqual([name, 1])
        expect((await replayed()).map(({ id }) => id)).toEqual([deliveryId(eventOf(name).id, to.id)])
      }
      for (const name of ['retried', 'claimed', 'held', 'outbox', 'test', 'theirs', 'delivered']) {
        expect([name, await replay({ eventId: eventOf(name).id })]).toEqual([name, 0])
      }
      expect(await replay({ eventId: 'nothing' })).toBe(0)
      expect(await replayed()).toEqual([])
    })

    it('queues an event that was for this endpoint alone', async () => {
      const { webhooks, worker, organizationId, endpoint, claim } = await webhookWorld(open)
      const { id: endpointId } = await endpoint()
      const event = anEvent(organizationId)
      const claimed = await webhooks.claimNew(event, endpointId, { worker, leaseMs })
      await webhooks.settle(worker, [failedOf(claimed?.delivery ?? expect.unreachable())])
      expect(await webhooks.replay({ endpointId, audit: () => [], eventId: event.id })).toBe(1)
      expect(await claim()).toHaveLength(1)
    })

    it('queues nothing when its audit record cannot be written', async () => {
      const { webhooks, to, from, until, replayed, audit } = await replayable()
      const unwritable = () => [draft('webhook.replayed', 'k1', { queued: Number.NaN })]
      const range = { from, to: until, limit: 100 }
      const before = (await audit()).length
      await expect(webhooks.replay({ endpointId: to.id, audit: unwritable, ...range })).rejects.toThrow()
      expect(await replayed()).toEqual([])
      expect(await audit()).toHaveLength(before)
    })
  })

  describe('status', () => {
    it('counts what waits, and what became of deliveries that were queued since a time', async () => {
      const { keys, webhooks, worker, organizationId, endpoint, fill, claim, claimed, tick } = await webhookWorld(open)
      const [to, other] = [await endpoint(), await endpoint()]
      const status = (since: Date) => webhooks.status({ organizationId, since })
      expect(await status(new Date(0))).toMatchObject({ events: 0, pending: 0, held: 0, oldest: null })
      const { delivery: early } = await claimed(to)
      await webhooks.settle(worker, [outcomeOf(early)])
      const since = await tick()
      await fill(to, 6)
      await fill(other, 1)
      const mine = (await claim()).map((one) => one.delivery)
      // The one to be tried again is the oldest, so that it is the one that has waited longest.
      const [fifth, fourth, first, second, third] = mine
        .filter(({ endpointId }) => endpointId === to.id)
        .toSorted((a, b) => a.event.createdAt.getTime() - b.event.createdAt.getTime())
      if (!first || !second || !third || !fourth || !fifth) return expect.unreachable()
      await webhooks.settle(worker, [
        outcomeOf(first),
        failedOf(second),
        outcomeOf(third, { status: 'dropped', reason: 'x', attempt: null }),
        outcomeOf(fourth, { status: 'held', attempt: null }),
        failedOf(fifth, leaseMs),
      ])
      const waits = mine.filter(({ id }) => ![first, second, third].some((one) => one.id === id))
      await tick()
      const late = [anEvent(organizationId), anEvent(organizationId)]
      await webhooks.publish(late)
      await claim()
      const found = await status(since)
      // In flight counts as pending, until it is settled.
      expect(found).toMatchObject({ events: 2, pending: 3, held: 1 })
      const countsOf = (id: string, { endpoints } = found) => endpoints.filter(({ endpointId }) => endpointId === id)
      expect(countsOf(to.id)).toEqual([{ endpointId: to.id, delivered: 1, failed: 1, dropped: 1, pending: 2 }])
      expect(countsOf(other.id)).toEqual([{ endpointId: other.id, delivered: 0, failed: 0, dropped: 0, pending: 1 }])
      expect(countsOf(to.id, await status(new Date(0)))).toMatchObject([{ delivered: 2 }])
      const oldest = Math.min(...waits.map(({ event }) => event.createdAt.getTime()))
      expect(found.oldest?.getTime()).toBe(oldest)
      expect(found.now.getTime()).toBeLessThanOrEqual((await keys.now()).getTime())

      const everywhere = await webhooks.status({ since })
      expect(everywhere.events).toBeGreaterThanOrEqual(2)
      expect(everywhere.pending).toBeGreaterThanOrEqual(3)
      expect(everywhere.oldest?.getTime()).toBeLessThanOrEqual(oldest)
      expect(countsOf(to.id, everywhere)).toEqual(countsOf(to.id))
      const elsewhere = await webhooks.status({ organizationId: unique('org'), since: new Date(0) })
      expect(elsewhere).toMatchObject({ events: 0, pending: 0, held: 0, oldest: null, endpoints: [] })
    })

    it('tells no time of what is held', async () => {
      const { webhooks, worker, organizationId, endpoint, claimed, fill, tick } = await webhookWorld(open)
      const to = await endpoint()
      const { delivery: held } = await claimed(to)
      await webhooks.settle(worker, [outcomeOf(held, { status: 'held', attempt: null })])
      const status = () => webhooks.status({ organizationId, since: new Date(0) })
      expect(await status()).toMatchObject({ pending: 0, held: 1, oldest: null })
      await tick()
      await fill(to, 1)
      const { oldest } = await status()
      expect(oldest?.getTime()).toBeGreaterThan(held.event.createdAt.getTime())
    })

    it('tells the time of the oldest event in the outbox', async () => {
      const { webhooks, organizationId, claimEvents, tick } = await webhookWorld(open)
      await webhooks.publish([anEvent(organizationId)])
      await tick()
      await webhooks.publish([anEvent(organizationId)])
      const { oldest, events } = await webhooks.status({ organizationId, since: new Date(0) })
      const times = (await claimEvents()).map(({ createdAt }) => createdAt.getTime())
      expect(oldest?.getTime()).toBe(Math.min(...times))
      expect(events).toBe(2)
    })
  })

  describe('prune', () => {
    it('deletes events that wait for no attempt, and their deliveries, no more than the limit and none of later', async () => {
      const { webhooks, worker, organizationId, endpoint, send, claim, tick } = await webhookWorld(open)
      const pruneAll = async (before: Date) => {
        while ((await webhooks.prune({ before, limit: 1_000 })) > 0);
      }
      await pruneAll(await tick())
      const [to, other] = [await endpoint(), await endpoint()]
      const events = (count: number) => Array.from({ length: count }, () => anEvent(organizationId))
      const ended = events(5)
      await send(ended, [to])
      await webhooks.settle(
        worker,
        (await claim()).map(({ delivery }) => outcomeOf(delivery)),
      )
      // One of them waits for an attempt and is held, one is held and delivered.
      const waiting = events(3)
      await send(waiting, [to, other])
      const claimed = (await claim()).map(({ delivery }) => delivery)
      const ofEvent = (at: number, { id }: { readonly id: string }) =>
        claimed.find((one) => one.id === deliveryId(waiting[at]?.id ?? '', id)) ?? expect.unreachable()
      const hold = (one: DeliveryRecord) => outcomeOf(one, { status: 'held', attempt: null })
      await webhooks.settle(worker, [
        ...[hold(ofEvent(0, to)), hold(ofEvent(0, other))],
        ...[hold(ofEvent(1, to)), outcomeOf(ofEvent(1, other))],
        ...[hold(ofEvent(2, to)), failedOf(ofEvent(2, other), leaseMs)],
      ])
      const inFlight = events(1)
      await send(inFlight, [to])
      await claim()
      const nobodys = events(1)
      await send(nobodys, [])
      const outbox = events(1)
      await webhooks.publish(outbox)
      const before = await tick()
      const late = events(1)
      await tick()
      await send(late, [])

      const found = async (of: readonly NewEvent[]) => {
        const ids = of.flatMap(({ id }) => [deliveryId(id, to.id), deliveryId(id, other.id)])
        return (await Promise.all(ids.map((id) => webhooks.findDelivery(id)))).flatMap((one) => one?.id ?? [])
      }
      expect(await webhooks.prune({ before, limit: 2 })).toBe(2)
      expect(await found(ended)).toHaveLength(3)
      expect(await webhooks.prune({ before, limit: 100 })).toBe(6)
      expect(await webhooks.prune({ before, limit: 100 })).toBe(0)
      const stays = [ofEvent(2, to).id, ofEvent(2, other).id, deliveryId(inFlight[0]?.id ?? '', to.id)]
      expect(await found([...ended, ...waiting, ...inFlight])).toEqual(stays)
      // An event that is there is not added again; one that is gone is.
      await webhooks.publish([...ended, ...waiting, ...inFlight, ...nobodys, ...outbox, ...late])
      const { events: again } = await webhooks.status({ organizationId, since: new Date(0) })
      expect(again).toBe(ended.length + 2 + nobodys.length + outbox.length)
    })

    it('deletes an event whose endpoint has gone', async () => {
      const { webhooks, organizationId, endpoint, change, fill, tick } = await webhookWorld(open)
      const to = await endpoint()
      const [event] = await fill(to, 1)
      await change(to.id, 'delete')
      const before = await tick()
      while ((await webhooks.prune({ before, limit: 1_000 })) > 0);
      await webhooks.publish([event ?? anEvent(organizationId)])
      expect((await webhooks.status({ organizationId, since: new Date(0) })).events).toBe(1)
    })
  })
}
