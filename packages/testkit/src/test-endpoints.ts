import { type EndpointChanges, type EndpointQuery, type EndpointRecord, linkAudit } from '@keywright/core/store'
import { describe, expect, it } from 'vitest'
import {
  aNewEndpoint,
  draft,
  expectChain,
  idsOf,
  type OpenWebhooks,
  outcomeOf,
  Refused,
  tester,
  unique,
  webhookWorld,
} from './webhook-world.js'

/** The tests of a store of webhooks for endpoints. */
export function testEndpoints(open: OpenWebhooks): void {
  describe('insertEndpoint', () => {
    it("returns every field that was written, and the store's time", async () => {
      const { keys, webhooks, organizationId } = await webhookWorld(open)
      const before = await keys.now()
      for (const write of [
        aNewEndpoint(),
        aNewEndpoint({ description: null, types: null }),
        aNewEndpoint({ types: [] }),
      ]) {
        const request = { id: unique('we'), keyId: 'k1', organizationId }
        const inserted = await webhooks.insertEndpoint({ ...request, decide: () => ({ write, audit: [] }) })
        const after = await keys.now()
        expect(inserted).toEqual({
          ...request,
          ...write,
          status: 'active',
          stop: null,
          previousSecret: null,
          previousSecretExpiresAt: null,
          failingSince: null,
          version: 1,
          createdAt: expect.any(Date),
          updatedAt: inserted.createdAt,
        })
        expect(inserted.createdAt.getTime()).toBeGreaterThanOrEqual(before.getTime())
        expect(inserted.createdAt.getTime()).toBeLessThanOrEqual(after.getTime())
        const found = await webhooks.findEndpoint(request.id)
        expect(found?.record).toEqual(inserted)
        expect(found?.now.getTime()).toBeGreaterThanOrEqual(after.getTime())
      }
      expect(await webhooks.findEndpoint('nobody')).toBeNull()
    })

    it('inserts nothing when the decision throws, or its audit record cannot be written', async () => {
      const { webhooks, organizationId, audit } = await webhookWorld(open)
      const request = { id: unique('we'), keyId: 'k1', organizationId }
      const refusing = () => {
        throw new Refused()
      }
      await expect(webhooks.insertEndpoint({ ...request, decide: refusing })).rejects.toBeInstanceOf(Refused)
      // NaN has no canonical form, so the chain cannot contain it.
      const audited = [draft('webhook.created', 'k1', { limit: Number.NaN })]
      const unwritable = () => ({ write: aNewEndpoint(), audit: audited })
      await expect(webhooks.insertEndpoint({ ...request, decide: unwritable })).rejects.toThrow()
      expect(await webhooks.findEndpoint(request.id)).toBeNull()
      expect(await audit()).toEqual([])
    })

    it('rejects a taken id, and writes neither endpoint nor audit record', async () => {
      const { webhooks, organizationId, endpoint, audit } = await webhookWorld(open)
      const { id } = await endpoint()
      const write = aNewEndpoint({ url: 'https://other.example.com' })
      const decide = () => ({ write, audit: [draft('webhook.created', 'k2')] })
      await expect(webhooks.insertEndpoint({ id, keyId: 'k2', organizationId, decide })).rejects.toThrow()
      expect((await webhooks.findEndpoint(id))?.record.url).toBe(aNewEndpoint().url)
      expect(await audit()).toHaveLength(1)
    })

    it('tells the decision how many endpoints the key has, whatever their status', async () => {
      const { webhooks, organizationId, endpoint, change } = await webhookWorld(open)
      const mine = { keyId: unique('k') }
      const paused = await endpoint({}, mine)
      await endpoint({}, mine)
      await endpoint({}, { keyId: unique('k') })
      const gone = await endpoint({}, mine)
      await change(paused.id, { status: 'paused' })
      await change(gone.id, 'delete')
      const seen: number[] = []
      const decide = ({ used }: { readonly used: number }) => {
        seen.push(used)
        return { write: aNewEndpoint(), audit: [] }
      }
      await webhooks.insertEndpoint({ id: unique('we'), ...mine, organizationId, decide })
      expect(seen.at(-1)).toBe(2)
    })

    it('lets exactly 3 of 20 concurrent inserts through at limit 3', async () => {
      const { webhooks, organizationId, audit } = await webhookWorld(open)
      const keyId = unique('k')
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, () =>
          webhooks.insertEndpoint({
            ...{ id: unique('we'), keyId, organizationId },
            decide: ({ used }) => {
              if (used >= 3) throw new Refused()
              return { write: aNewEndpoint(), audit: [draft('webhook.created', keyId)] }
            },
          }),
        ),
      )
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
      expect(refused.filter(({ reason }) => !(reason instanceof Refused))).toEqual([])
      expect(refused).toHaveLength(17)
      expect(await webhooks.listEndpoints({ organizationId, keyId, limit: 100 })).toHaveLength(3)
      expect(await audit()).toHaveLength(3)
    })

    it('chains its audit records with those of keys, with the audit key when one is given', async () => {
      const { keys, webhooks, organizationId, audit } = await webhookWorld(open)
      const auditKey = { id: 'a1', secret: new Uint8Array(32).fill(7) }
      await keys.appendAudit(organizationId, [draft('audit.exported', null)])
      const audited = [draft('webhook.created', 'k1', { url: 'https://hooks.example.com' })]
      const { id } = await webhooks.insertEndpoint({
        ...{ id: unique('we'), keyId: 'k1', organizationId, auditKey },
        decide: () => ({ write: aNewEndpoint(), audit: audited }),
      })
      const paused = () => ({ write: { status: 'paused' } as const, audit: [draft('webhook.paused', 'k1')] })
      await webhooks.changeEndpoint(id, { auditKey, decide: paused })
      const [first, second, third, ...more] = await audit()
      expect(more).toEqual([])
      expect(second).toMatchObject({ seq: 2, type: 'webhook.created', actor: tester, keyId: 'k1', auditKeyId: 'a1' })
      expect(second?.data).toEqual({ url: 'https://hooks.example.com' })
      expect(third).toMatchObject({ seq: 3, type: 'webhook.paused', auditKeyId: 'a1' })
      if (first === undefined || second === undefined || third === undefined) return expect.unreachable()
      expect(linkAudit(first, organizationId, [second], second.at, auditKey)[0]?.hash).toBe(second.hash)
      expect(linkAudit(second, organizationId, [third], third.at, auditKey)[0]?.hash).toBe(third.hash)
    })
  })

  describe('changeEndpoint', () => {
    const fields: Required<EndpointChanges> = {
      url: 'https://other.example.com/☃',
      description: null,
      types: null,
      status: 'paused',
      stop: 'failing',
      failingSince: new Date(1_700_000_000_123),
      secret: '$aes-256-gcm$v=1$k=k2$other',
      previousSecret: '$aes-256-gcm$v=1$k=k1$before',
      previousSecretExpiresAt: new Date(1_700_000_000_456),
    }

    it.each(Object.keys(fields) as (keyof EndpointChanges)[])(
      'writes %s only, and counts the change',
      async (field) => {
        const { webhooks, endpoint, change, tick } = await webhookWorld(open)
        const inserted = await endpoint({ types: ['order.paid'] })
        const before = await tick(inserted.createdAt)
        const changed = await change(inserted.id, { [field]: fields[field] })
        const { updatedAt } = changed?.record ?? expect.unreachable()
        expect(changed?.record).toEqual({ ...inserted, [field]: fields[field], version: 2, updatedAt })
        expect(updatedAt.getTime()).toBeGreaterThanOrEqual(before.getTime())
        expect((await webhooks.findEndpoint(inserted.id))?.record).toEqual(changed?.record)
      },
    )

    it('writes several fields, and brings the system’s statuses back', async () => {
      const { webhooks, endpoint, change } = await webhookWorld(open)
      const { id, ...inserted } = await endpoint()
      await change(id, fields)
      const { updatedAt } =
        (await change(id, { ...fields, status: 'disabled_by_system', stop: 'key_revoked' }))?.record ?? inserted
      const expected = {
        ...inserted,
        id,
        ...fields,
        status: 'disabled_by_system',
        stop: 'key_revoked',
        version: 3,
        updatedAt,
      }
      expect((await webhooks.findEndpoint(id))?.record).toEqual(expected)
      const active = await change(id, { status: 'active', stop: null, failingSince: null })
      expect(active?.record).toMatchObject({ status: 'active', stop: null, failingSince: null, version: 4 })
    })

    it('only adds the audit records when the write is empty', async () => {
      const { webhooks, endpoint, change, audit } = await webhookWorld(open)
      const inserted = await endpoint()
      expect((await change(inserted.id, {}))?.record).toEqual(inserted)
      expect((await webhooks.findEndpoint(inserted.id))?.record).toEqual(inserted)
      expect((await audit()).map(({ type }) => type)).toEqual(['webhook.created', 'webhook.updated'])
    })

    it('changes nothing when the decision is null or throws, or its audit record cannot be written', async () => {
      const { webhooks, endpoint, audit } = await webhookWorld(open)
      const inserted = await endpoint()
      const unchanged = await webhooks.changeEndpoint(inserted.id, { decide: () => null })
      expect(unchanged?.record).toEqual(inserted)
      const refusing = () => {
        throw new Refused()
      }
      await expect(webhooks.changeEndpoint(inserted.id, { decide: refusing })).rejects.toBeInstanceOf(Refused)
      const audited = [draft('webhook.updated', 'k1', { limit: Number.NaN })]
      for (const write of [{ url: 'https://x.example.com' }, 'delete'] as const) {
        await expect(
          webhooks.changeEndpoint(inserted.id, { decide: () => ({ write, audit: audited }) }),
        ).rejects.toThrow()
      }
      expect((await webhooks.findEndpoint(inserted.id))?.record).toEqual(inserted)
      expect(await audit()).toHaveLength(1)
    })

    it('returns null for an unknown id, without asking for a decision', async () => {
      const { webhooks } = await webhookWorld(open)
      const decide = () => expect.unreachable('decide was asked')
      expect(await webhooks.changeEndpoint('nobody', { decide })).toBeNull()
    })

    it('runs changes one after the other', async () => {
      const { webhooks, endpoint, audit } = await webhookWorld(open)
      const { id } = await endpoint({ description: '0' })
      await Promise.all(
        Array.from({ length: 20 }, () =>
          webhooks.changeEndpoint(id, {
            decide: ({ description }) => ({
              write: { description: String(Number(description) + 1) },
              audit: [draft('webhook.updated', 'k-hooks')],
            }),
          }),
        ),
      )
      expect((await webhooks.findEndpoint(id))?.record).toMatchObject({ description: '20', version: 21 })
      const records = await audit()
      expect(records.map(({ seq }) => seq)).toEqual(Array.from({ length: 21 }, (_, at) => at + 1))
      expectChain(records)
    })

    it('deletes an endpoint with its deliveries, and leaves those of others', async () => {
      const { webhooks, worker, endpoint, change, fill, claim, delivery, audit } = await webhookWorld(open)
      const [gone, stays] = [await endpoint(), await endpoint()]
      await fill(gone, 2)
      await fill(stays, 2)
      const inFlight = (await claim(worker, { limit: 3 })).map((one) => one.delivery)
      expect((await change(gone.id, 'delete'))?.record).toEqual(gone)
      expect(await webhooks.findEndpoint(gone.id)).toBeNull()
      expect(await webhooks.listDeliveries({ endpointId: gone.id, limit: 10 })).toEqual([])
      for (const { id, endpointId } of inFlight) {
        if (endpointId === gone.id) expect(await webhooks.findDelivery(id)).toBeNull()
      }
      // What a worker says of one that is gone is not wrong.
      await webhooks.settle(
        worker,
        inFlight.map((one) => outcomeOf(one)),
      )
      const delivered = inFlight.filter(({ endpointId }) => endpointId === stays.id)
      expect(delivered.length).toBeGreaterThan(0)
      for (const { id } of delivered) expect((await delivery(id)).status).toBe('delivered')
      expect(await webhooks.listDeliveries({ endpointId: stays.id, limit: 10 })).toHaveLength(2)
      expect(await change(gone.id, 'delete')).toBeNull()
      expect((await audit()).at(-1)?.type).toBe('webhook.updated')
    })
  })

  describe('lists of endpoints', () => {
    it('have the newest first, of an organization or a key, in pages that neither repeat nor skip', async () => {
      const { webhooks, organizationId, endpoint } = await webhookWorld(open)
      const made: EndpointRecord[] = []
      for (let count = 0; count < 7; count += 1)
        made.push(await endpoint({}, { keyId: count % 2 === 0 ? 'even' : 'odd' }))
      await endpoint({}, { organizationId: unique('org'), keyId: 'even' })
      for (const [query, expected] of [
        [{ organizationId }, made],
        [{ organizationId, keyId: 'odd' }, made.filter(({ keyId }) => keyId === 'odd')],
      ] as const) {
        const whole = await webhooks.listEndpoints({ ...query, limit: 100 })
        const times = whole.map(({ createdAt }) => createdAt.getTime())
        expect(times).toEqual(times.toSorted((a, b) => b - a))
        expect(whole.toSorted(byId)).toEqual(expected.toSorted(byId))
        const paged: EndpointRecord[] = []
        for (;;) {
          const after = paged.at(-1)
          const page = await webhooks.listEndpoints({ ...query, limit: 2, ...(after === undefined ? {} : { after }) })
          if (page.length === 0) break
          expect(page.length).toBeLessThanOrEqual(2)
          paged.push(...page)
          await endpoint({}, { keyId: 'odd' })
        }
        // One that was made meanwhile, at the same time as those before, may stand among them.
        const before = new Set(idsOf(whole))
        expect(idsOf(paged).filter((id) => before.has(id))).toEqual(idsOf(whole))
        for (const { id } of await webhooks.listEndpoints({ ...query, limit: 100 })) {
          if (!made.some((one) => one.id === id))
            await webhooks.changeEndpoint(id, { decide: () => ({ write: 'delete', audit: [] }) })
        }
      }
      expect(await webhooks.listEndpoints({ organizationId: unique('org'), limit: 10 })).toEqual([])
    })

    it('have those of one status, in pages', async () => {
      const { webhooks, organizationId, endpoint, change } = await webhookWorld(open)
      const made: EndpointRecord[] = []
      for (let count = 0; count < 6; count += 1) made.push(await endpoint({}, { keyId: count < 4 ? 'k1' : 'k2' }))
      for (const at of [1, 3, 4]) await change(made[at]?.id ?? '', { status: 'paused' })
      await endpoint({}, { organizationId: unique('org') })
      const list = async (query: Partial<EndpointQuery>) =>
        idsOf(await webhooks.listEndpoints({ organizationId, limit: 100, ...query }))
      const at = (...places: readonly number[]) => places.map((place) => made[place]?.id).toSorted()
      expect((await list({ status: 'active' })).toSorted()).toEqual(at(0, 2, 5))
      expect((await list({ status: 'paused' })).toSorted()).toEqual(at(1, 3, 4))
      expect((await list({ status: 'active', keyId: 'k1' })).toSorted()).toEqual(at(0, 2))
      expect(await list({ status: 'disabled_by_system' })).toEqual([])
      const paged: EndpointRecord[] = []
      for (let after: EndpointRecord | undefined; ; after = paged.at(-1)) {
        const page = { organizationId, status: 'active', limit: 2, ...(after === undefined ? {} : { after }) } as const
        const found = await webhooks.listEndpoints(page)
        if (found.length === 0) break
        paged.push(...found)
      }
      expect(idsOf(paged)).toEqual(await list({ status: 'active' }))
    })

    it('name the organizations that have active endpoints, once each and in order', async () => {
      const { webhooks, endpoint, change } = await webhookWorld(open)
      const prefix = unique('org')
      const named = ['B', 'a', 'b', 'paused'].map((name) => ({ organizationId: `${prefix}-${name}` }))
      for (const of of named.toReversed()) {
        const made = await endpoint({}, of)
        await endpoint({}, of)
        if (of !== named[3]) continue
        for (const { id } of await webhooks.listEndpoints({ ...of, limit: 10 })) await change(id, { status: 'paused' })
        expect(made.organizationId).toBe(of.organizationId)
      }
      const seen: string[] = []
      for (let after: string | null = prefix; ; ) {
        const page: readonly string[] = await webhooks.listOrganizations({ after, limit: 2 })
        seen.push(...page)
        after = page.at(-1) ?? null
        if (after === null || !after.startsWith(prefix)) break
      }
      const mine = seen.filter((id) => id.startsWith(prefix))
      expect(mine).toEqual(['B', 'a', 'b'].map((name) => `${prefix}-${name}`))
      expect(await webhooks.listOrganizations({ after: null, limit: 1 })).toHaveLength(1)
    })
  })
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1
}
