import { deliveryId, type EndpointRecord, keptAttempts } from '@keywright/core/store'
import { describe, expect, it } from 'vitest'
import {
  anEvent,
  failedOf,
  idsOf,
  leaseMs,
  type OpenWebhooks,
  outcomeOf,
  unique,
  webhookWorld,
} from './webhook-world.js'

/** The tests of a store of webhooks for deliveries on their way. */
export function testDeliveries(open: OpenWebhooks): void {
  describe('claimDeliveries', () => {
    it('returns all that is needed to send what is due', async () => {
      const { keys, webhooks, endpoint, fill, claim, delivery } = await webhookWorld(open)
      const to = await endpoint({ types: ['order.paid'] })
      const [event] = await fill(to, 1)
      const id = deliveryId(event?.id ?? '', to.id)
      const before = await delivery(id)
      const from = await keys.now()
      const [claimed, ...more] = await claim()
      expect(more).toEqual([])
      const { nextAt } = claimed?.delivery ?? expect.unreachable()
      expect(claimed?.delivery).toEqual({ ...before, nextAt })
      expect(claimed?.delivery.event).toMatchObject(event ?? {})
      expect(nextAt?.getTime()).toBeGreaterThanOrEqual(from.getTime() + leaseMs)
      expect(claimed?.endpoint).toEqual(to)
      expect(claimed?.now.getTime()).toBeGreaterThanOrEqual(from.getTime())
      expect(await delivery(id)).toEqual(claimed?.delivery)
      expect(await claim()).toEqual([])
      expect((await webhooks.findEndpoint(to.id))?.record).toEqual(to)
    })

    it('takes those that wait longest, no more than the limit', async () => {
      const { endpoint, fill, claim, tick } = await webhookWorld(open)
      const to = await endpoint()
      const events: string[] = []
      for (let count = 0; count < 4; count += 1) {
        events.push(...idsOf(await fill(to, 1)))
        await tick()
      }
      const claimed = async () =>
        (await claim(undefined, { limit: 2 })).map(({ delivery }) => delivery.event.id).toSorted()
      expect(await claimed()).toEqual(events.slice(0, 2).toSorted())
      expect(await claimed()).toEqual(events.slice(2).toSorted())
      expect(await claimed()).toEqual([])
    })

    it.each(['one worker', 'several workers'])(
      'gives each delivery to one of many calls at once, of %s',
      async (who) => {
        const { worker, endpoint, send, claim } = await webhookWorld(open)
        const endpoints = [await endpoint(), await endpoint(), await endpoint()]
        const events = Array.from({ length: 20 }, () => anEvent(endpoints[0]?.organizationId ?? ''))
        await send(events, endpoints)
        const call = (at: number) => claim(who === 'one worker' ? worker : `${worker}-${at}`, { limit: 10 })
        const claimed = (await Promise.all(Array.from({ length: 10 }, (_, at) => call(at)))).flat()
        for (;;) {
          const rest = await claim()
          if (rest.length === 0) break
          claimed.push(...rest)
        }
        const expected = events.flatMap(({ id }) => endpoints.map((to) => deliveryId(id, to.id)))
        expect(claimed.map(({ delivery }) => delivery.id).toSorted()).toEqual(expected.toSorted())
      },
    )

    it('gives a delivery to another worker when the lease is over, and the first can no longer change it', async () => {
      const { webhooks, worker, endpoint, fill, claim, delivery } = await webhookWorld(open)
      const to = await endpoint()
      await fill(to, 1)
      const [first] = await claim(worker, { leaseMs: 1 })
      const { id } = first?.delivery ?? expect.unreachable()
      await expect.poll(async () => idsOf((await claim('another')).map((one) => one.delivery))).toEqual([id])
      const before = await delivery(id)
      await webhooks.renew(worker, [id], 1)
      await webhooks.settle(worker, [failedOf({ id, endpointId: to.id })])
      expect(await delivery(id)).toEqual(before)
      expect((await webhooks.findEndpoint(to.id))?.record.failingSince).toBeNull()
      await webhooks.settle('another', [outcomeOf({ id, endpointId: to.id })])
      expect((await delivery(id)).status).toBe('delivered')
    })

    it('lets a worker settle after its lease, unless another has it', async () => {
      const { webhooks, worker, endpoint, fill, claim, delivery, tick } = await webhookWorld(open)
      const to = await endpoint()
      await fill(to, 1)
      const [claimed] = await claim(worker, { leaseMs: 1 })
      const { id, nextAt } = claimed?.delivery ?? expect.unreachable()
      await tick(nextAt ?? undefined)
      await webhooks.settle(worker, [outcomeOf({ id, endpointId: to.id })])
      expect((await delivery(id)).status).toBe('delivered')
    })

    it('takes of each endpoint no more than the worker may have, with what it has already', async () => {
      const { worker, endpoint, fill, claim } = await webhookWorld(open)
      const [full, almost, free] = [await endpoint(), await endpoint(), await endpoint()]
      for (const to of [full, almost, free]) await fill(to, 5)
      const taken = [full, almost, full, almost, full]
      const claimed = await claim(worker, { perEndpoint: 3, taken })
      const count = (id: string) => claimed.filter((one) => one.endpoint.id === id).length
      expect([full, almost, free].map(({ id }) => count(id))).toEqual([0, 1, 3])
      expect(await claim(undefined, { perEndpoint: 100 })).toHaveLength(11)
    })

    it('finds what is due for others behind an endpoint with much that is due', async () => {
      const { worker, endpoint, fill, claim, tick } = await webhookWorld(open)
      const busy = await endpoint()
      await fill(busy, 300)
      await tick()
      const others = [await endpoint(), await endpoint(), await endpoint()]
      for (const to of others) await fill(to, 1)
      const claimed = await claim(worker, { limit: 10, perEndpoint: 2 })
      const expected = [busy.id, busy.id, ...idsOf(others)]
      expect(claimed.map((one) => one.endpoint.id).toSorted()).toEqual(expected.toSorted())
    })

    it('takes of each organization no more than the worker may have, with what it has already', async () => {
      const { worker, endpoint, fill, claim } = await webhookWorld(open)
      const inOrganization = async () => {
        const of = { organizationId: unique('org') }
        return [await endpoint({}, of), await endpoint({}, of)] as const
      }
      const [full, almost, free] = [await inOrganization(), await inOrganization(), await inOrganization()]
      for (const to of [...full, ...almost, ...free]) await fill(to, 5)
      const taken = [full[0], almost[0], full[0], almost[1], full[1], almost[0], full[1]]
      const claimed = await claim(worker, { perEndpoint: 3, perOrganization: 4, taken })
      const count = (id: string) => claimed.filter((one) => one.endpoint.organizationId === id).length
      expect([full, almost, free].map(([{ organizationId }]) => count(organizationId))).toEqual([0, 1, 4])
      expect(await claim()).toHaveLength(25)
    })

    it('finds what is due for others behind an organization with many endpoints', async () => {
      const { worker, endpoint, organizationId, send, fill, claim, tick } = await webhookWorld(open)
      const busy: EndpointRecord[] = []
      for (let count = 0; count < 20; count += 1) busy.push(await endpoint())
      const events = Array.from({ length: 5 }, () => anEvent(organizationId))
      await send(events, busy)
      await tick()
      const others = [await endpoint({}, { organizationId: unique('org') })]
      others.push(await endpoint({}, { organizationId: unique('org') }))
      for (const to of others) await fill(to, 3)
      const claimed = await claim(worker, { limit: 10, perEndpoint: 2, perOrganization: 4 })
      const count = (id: string) => claimed.filter((one) => one.endpoint.organizationId === id).length
      expect(count(organizationId)).toBe(4)
      expect(others.map((to) => count(to.organizationId))).toEqual([2, 2])
      // What it has now leaves the busy one no room, and others some.
      const taken = claimed.map((one) => one.endpoint)
      const more = await claim(worker, { limit: 10, perEndpoint: 3, perOrganization: 4, taken })
      expect(more.map((one) => one.endpoint.id).toSorted()).toEqual(idsOf(others).toSorted())
    })

    it('takes what is due for an endpoint that is not active, too', async () => {
      const { endpoint, change, fill, claim } = await webhookWorld(open)
      const to = await endpoint()
      await fill(to, 1)
      await change(to.id, { status: 'paused' })
      expect(await claim()).toMatchObject([{ endpoint: { id: to.id, status: 'paused' } }])
    })
  })

  describe('renew', () => {
    it('keeps what a worker has', async () => {
      const { webhooks, worker, endpoint, fill, claim, delivery, tick } = await webhookWorld(open)
      await fill(await endpoint(), 2)
      const claimed = await claim(worker, { leaseMs: 1_000 })
      const ids = claimed.map((one) => one.delivery.id)
      await webhooks.renew(worker, ids, leaseMs)
      await webhooks.renew('another', ids, 1)
      await webhooks.renew(worker, [], 1)
      for (const one of claimed) {
        const { nextAt } = await delivery(one.delivery.id)
        expect(nextAt?.getTime()).toBeGreaterThan(one.now.getTime() + 1_000)
      }
      await tick(claimed[0]?.delivery.nextAt ?? undefined)
      expect(await claim('another')).toEqual([])
    })
  })

  describe('claimNew', () => {
    it.each(['active', 'paused', 'disabled_by_system'] as const)(
      'adds an event for one endpoint that is %s, and its delivery, claimed',
      async (status) => {
        const { webhooks, worker, organizationId, endpoint, change, claimEvents, claim, delivery } =
          await webhookWorld(open)
        const { id: endpointId } = await endpoint()
        await endpoint()
        await change(endpointId, { status })
        const event = anEvent(organizationId, { type: 'webhook.test' })
        const claimed = await webhooks.claimNew(event, endpointId, { worker, leaseMs })
        const { delivery: made, endpoint: to, now } = claimed ?? expect.unreachable()
        expect(to).toEqual((await webhooks.findEndpoint(endpointId))?.record)
        expect(made).toEqual({
          ...{
            id: deliveryId(event.id, endpointId),
            endpointId,
            status: 'pending',
            reason: null,
            attempts: 0,
            log: [],
          },
          event: { ...event, createdAt: expect.any(Date) },
          nextAt: expect.any(Date),
          createdAt: expect.any(Date),
        })
        expect(made.nextAt?.getTime()).toBeGreaterThan(now.getTime())
        expect(await delivery(made.id)).toEqual(made)
        expect(await claimEvents('another')).toEqual([])
        expect(await claim('another')).toEqual([])
        await webhooks.settle(worker, [outcomeOf(made)])
        expect((await delivery(made.id)).status).toBe('delivered')
      },
    )

    it('adds nothing for an endpoint that is not there', async () => {
      const { webhooks, worker, organizationId, claimEvents } = await webhookWorld(open)
      const event = anEvent(organizationId)
      expect(await webhooks.claimNew(event, 'nobody', { worker, leaseMs })).toBeNull()
      await webhooks.publish([event])
      expect(idsOf(await claimEvents())).toEqual([event.id])
    })

    it('is taken by another worker when the lease is over', async () => {
      const { webhooks, worker, organizationId, endpoint, claim } = await webhookWorld(open)
      const { id } = await endpoint()
      const claimed = await webhooks.claimNew(anEvent(organizationId), id, { worker, leaseMs: 1 })
      const taken = async () => (await claim('another')).map((one) => one.delivery.id)
      await expect.poll(taken).toEqual([claimed?.delivery.id])
    })
  })

  describe('settle', () => {
    it('writes what became of each delivery, and counts and keeps its attempt', async () => {
      const { webhooks, worker, endpoint, fill, claim, delivery } = await webhookWorld(open)
      const to = await endpoint()
      await fill(to, 5)
      const before = (await claim()).map((one) => one.delivery)
      const [first, second, third, fourth, fifth] = before
      if (!first || !second || !third || !fourth || !fifth) return expect.unreachable()
      const outcomes = [
        outcomeOf(first),
        failedOf(second, 60_000),
        failedOf(third),
        outcomeOf(fourth, { status: 'dropped', reason: 'scope_missing', attempt: null }),
        outcomeOf(fifth, { status: 'held', attempt: null }),
      ]
      await webhooks.settle(worker, outcomes.toReversed())
      for (const [at, { attempt, status, reason }] of outcomes.entries()) {
        const found = await delivery(before[at]?.id ?? '')
        const counted = attempt === null ? { attempts: 0, log: [] } : { attempts: 1, log: [attempt] }
        const nextAt = status === 'pending' ? expect.any(Date) : null
        expect(found).toEqual({ ...before[at], ...counted, status, reason, nextAt })
      }
      const waits = (await delivery(second.id)).nextAt
      expect(waits?.getTime()).toBeGreaterThan((await webhooks.findEndpoint(to.id))?.now.getTime() ?? Number.NaN)
      expect(await claim()).toEqual([])
      await webhooks.settle(worker, [])
    })

    it('puts a delivery back at once, for any worker', async () => {
      const { webhooks, worker, endpoint, claimed, claim } = await webhookWorld(open)
      const { delivery } = await claimed(await endpoint())
      await webhooks.settle(worker, [failedOf(delivery, 0)])
      const [again] = await claim('another')
      expect(again?.delivery).toMatchObject({ id: delivery.id, status: 'pending', attempts: 1 })
    })

    it('counts once: a delivery that was settled is no longer the worker’s', async () => {
      const { webhooks, worker, endpoint, claimed, delivery } = await webhookWorld(open)
      const { delivery: one } = await claimed(await endpoint())
      await webhooks.settle(worker, [failedOf(one, 60_000)])
      const settled = await delivery(one.id)
      await webhooks.settle(worker, [outcomeOf(one)])
      expect(await delivery(one.id)).toEqual(settled)
    })

    it(`keeps the last ${keptAttempts} attempts, and counts all`, async () => {
      const { webhooks, worker, endpoint, claimed, claim, delivery } = await webhookWorld(open)
      const { delivery: one } = await claimed(await endpoint())
      const attempts = Array.from({ length: keptAttempts + 2 }, (_, at) => ({
        ...{ at: new Date(1_700_000_000_000 + at), status: 500 + at, error: 'status', latencyMs: at },
        text: `answer ${at} ${'ü'.repeat(1_000)}`,
      }))
      for (const attempt of attempts) {
        await webhooks.settle(worker, [{ ...failedOf(one, 0), attempt }])
        expect(await claim()).toHaveLength(1)
      }
      expect(await delivery(one.id)).toMatchObject({ attempts: attempts.length, log: attempts.slice(2) })
    })

    it('says since when an endpoint fails, until an attempt does not, and changes nothing else of it', async () => {
      const { webhooks, worker, endpoint, claimed, keys, tick } = await webhookWorld(open)
      const to = await endpoint()
      const other = await endpoint()
      const record = async (id = to.id) => (await webhooks.findEndpoint(id))?.record
      const settle = async (as: typeof outcomeOf) => webhooks.settle(worker, [as((await claimed(to)).delivery)])
      await settle((one) => outcomeOf(one, { status: 'dropped', attempt: null }))
      await settle(outcomeOf)
      expect(await record()).toEqual(to)
      const before = await keys.now()
      await settle((one) => failedOf(one, 60_000))
      const since = (await record())?.failingSince
      expect(since?.getTime()).toBeGreaterThanOrEqual(before.getTime())
      expect(await record()).toEqual({ ...to, failingSince: since })
      await tick()
      await settle((one) => failedOf(one))
      await settle((one) => outcomeOf(one, { status: 'dropped', attempt: null }))
      expect(await record()).toEqual({ ...to, failingSince: since })
      expect(await record(other.id)).toEqual(other)
      await settle(outcomeOf)
      expect(await record()).toEqual(to)
    })

    it('says nothing of an endpoint by an attempt that does not count', async () => {
      const { webhooks, worker, endpoint, fill, claim, claimed, delivery } = await webhookWorld(open)
      const to = await endpoint()
      const since = async () => (await webhooks.findEndpoint(to.id))?.record.failingSince
      const { delivery: first } = await claimed(to)
      await webhooks.settle(worker, [{ ...failedOf(first), counts: false }])
      expect(await delivery(first.id)).toMatchObject({ status: 'failed', attempts: 1, log: [{ error: 'timeout' }] })
      expect(await since()).toBeNull()
      await fill(to, 2)
      const [second, third] = (await claim()).map((one) => one.delivery)
      if (!second || !third) return expect.unreachable()
      await webhooks.settle(worker, [failedOf(second), outcomeOf(third, { counts: false })])
      expect(await since()).not.toBeNull()
      const { delivery: fourth } = await claimed(to)
      await webhooks.settle(worker, [outcomeOf(fourth, { counts: false })])
      expect(await since()).not.toBeNull()
      const { delivery: fifth } = await claimed(to)
      await webhooks.settle(worker, [outcomeOf(fifth)])
      expect(await since()).toBeNull()
    })

    it('writes the outcomes of many workers at once', async () => {
      const { webhooks, endpoint, send, claim, organizationId } = await webhookWorld(open)
      const endpoints = [await endpoint(), await endpoint(), await endpoint()]
      const events = Array.from({ length: 20 }, () => anEvent(organizationId))
      await send(events, endpoints)
      const workers = Array.from({ length: 4 }, () => unique('worker'))
      const shares: (readonly [string, Awaited<ReturnType<typeof claim>>])[] = []
      for (const by of workers) shares.push([by, await claim(by, { limit: 15 })])
      await Promise.all(
        shares.map(([by, share], at) =>
          webhooks.settle(
            by,
            share.map(({ delivery }) => (at % 2 === 0 ? outcomeOf(delivery) : failedOf(delivery))),
          ),
        ),
      )
      const all = await Promise.all(endpoints.map(({ id }) => webhooks.listDeliveries({ endpointId: id, limit: 100 })))
      const statuses = all.flat().map(({ status }) => status)
      expect(statuses.filter((status) => status === 'delivered')).toHaveLength(30)
      expect(statuses.filter((status) => status === 'failed')).toHaveLength(30)
    })
  })

  describe('what waits for an endpoint', () => {
    /** An endpoint with a delivery that is due, one that is due later, one that is delivered, and one that a worker has. */
    const waiting = async () => {
      const world = await webhookWorld(open)
      const { webhooks, worker, endpoint, fill, claimed, delivery } = world
      const to = await endpoint()
      const later = (await claimed(to)).delivery
      const delivered = (await claimed(to)).delivery
      await webhooks.settle(worker, [failedOf(later, leaseMs), outcomeOf(delivered)])
      const has = (await claimed(to)).delivery
      const [event] = await fill(to, 1)
      const due = await delivery(deliveryId(event?.id ?? '', to.id))
      const untouched = [delivered, has].map(({ id }) => id)
      const before = await Promise.all(untouched.map(delivery))
      const expectUntouched = async () => expect(await Promise.all(untouched.map(delivery))).toEqual(before)
      return { ...world, to, later, due, has, expectUntouched }
    }

    it('is held, and resumed: it is due at once then, with the attempts that it had', async () => {
      const { webhooks, worker, to, due, later, has, change, claim, delivery, expectUntouched } = await waiting()
      await change(to.id, { status: 'paused' }, { to: 'hold' })
      for (const { id } of [due, later]) expect(await delivery(id)).toMatchObject({ status: 'held', nextAt: null })
      await expectUntouched()
      expect(await claim()).toEqual([])
      await webhooks.settle(worker, [outcomeOf(has, { status: 'held', attempt: null })])
      await change(to.id, { status: 'active' }, { to: 'resume' })
      const claimed = (await claim()).map((one) => one.delivery)
      expect(idsOf(claimed).toSorted()).toEqual(idsOf([due, later, has]).toSorted())
      expect(claimed.map(({ status }) => status)).toEqual(['pending', 'pending', 'pending'])
      expect(claimed.find(({ id }) => id === later.id)).toMatchObject({ attempts: 1, log: [{ error: 'timeout' }] })
    })

    it('is dropped with a reason, what is held as well', async () => {
      const { to, due, later, change, claim, fill, delivery, expectUntouched } = await waiting()
      await change(to.id, {}, { to: 'hold' })
      const [event] = await fill(to, 1)
      const dropped = await change(
        to.id,
        { status: 'disabled_by_system', stop: 'gone' },
        { to: 'drop', reason: 'endpoint_gone' },
      )
      expect(dropped?.record).toMatchObject({ status: 'disabled_by_system', stop: 'gone' })
      for (const id of [due.id, later.id, deliveryId(event?.id ?? '', to.id)]) {
        expect(await delivery(id)).toMatchObject({ status: 'dropped', reason: 'endpoint_gone', nextAt: null })
      }
      await expectUntouched()
      await change(to.id, { status: 'active' }, { to: 'resume' })
      expect(await claim()).toEqual([])
    })

    it('is that of no other endpoint', async () => {
      const { to, due, endpoint, change, delivery } = await waiting()
      const other = await endpoint()
      for (const queue of [{ to: 'hold' }, { to: 'resume' }, { to: 'drop', reason: 'x' }] as const) {
        await change(other.id, {}, queue)
        expect(await delivery(due.id)).toEqual(due)
      }
      await change(to.id, {}, { to: 'resume' })
      expect(await delivery(due.id)).toMatchObject({ status: 'pending', attempts: 0 })
    })

    it('is postponed if it is due, unless a worker has it', async () => {
      const { webhooks, to, due, later, endpoint, fill, claim, delivery, expectUntouched } = await waiting()
      const other = await endpoint()
      await fill(other, 1)
      const before = await delivery(later.id)
      await webhooks.postpone([to.id, 'nobody'], 2 * leaseMs)
      await webhooks.postpone([], 1)
      const { nextAt, ...rest } = await delivery(due.id)
      expect({ ...rest, nextAt: due.nextAt }).toEqual(due)
      expect(nextAt?.getTime()).toBeGreaterThan(before.nextAt?.getTime() ?? Number.NaN)
      expect(await delivery(later.id)).toEqual(before)
      await expectUntouched()
      expect((await claim()).map((one) => one.endpoint.id)).toEqual([other.id])
    })
  })
}
