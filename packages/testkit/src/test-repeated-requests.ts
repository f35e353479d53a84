import { isKeyError } from '@keywright/core'
import { type InsertRequest, type KeyStore, type NewKey, type Once, organizationOf } from '@keywright/core/store'
import { describe, expect, it } from 'vitest'
import { aKey } from './a-key.js'

/** The tests of a key store for requests that are sent again. */
export function testRepeatedRequests(open: () => Promise<KeyStore>): void {
  describe('requests with an idempotency key (HTTP-16)', () => {
    const newOnce = (): Once => ({ id: crypto.randomUUID(), fingerprint: 'f1' })
    const actor = { type: 'user', id: 'tester' } as const
    const created = (key: NewKey, once: Once | undefined, decide?: InsertRequest['decide']): InsertRequest => ({
      id: key.id,
      organizationId: organizationOf(key.owner),
      quota: null,
      once,
      decide:
        decide ??
        (() => ({ write: key, audit: [{ type: 'api_key.created', actor, keyId: key.id, context: {}, data: {} }] })),
    })
    const inSameOrganization = (key: NewKey) => aKey({ owner: key.owner })
    const auditOf = async (store: KeyStore, key: NewKey) =>
      (await store.listAudit({ organizationId: organizationOf(key.owner), order: 'asc', limit: 100 })).length

    it('insert once, and report the existing key, for the same request and for another one', async () => {
      const store = await open()
      const [key, once] = [aKey(), newOnce()]
      const first = await store.insert(created(key, once))
      const again = inSameOrganization(key)
      for (const [fingerprint, isSame] of [
        ['f1', true],
        ['f2', false],
      ] as const) {
        const decide = () => expect.unreachable('decide was asked')
        await expect(store.insert(created(again, { ...once, fingerprint }, decide))).rejects.toMatchObject({
          code: 'request_repeated',
          keyId: key.id,
          isSame,
          at: first?.createdAt,
          now: expect.any(Date),
        })
      }
      expect(await store.find(again.id)).toBeNull()
      expect(await auditOf(store, key)).toBe(1)
      expect(await store.insert(created(again, newOnce()))).toMatchObject({ id: again.id })
    })

    it('change once', async () => {
      const store = await open()
      const [key, once] = [aKey(), newOnce()]
      await store.insert(created(key, undefined))
      const rename = (name: string, as: Once) =>
        store.change(key.id, {
          quota: null,
          once: as,
          decide: () => ({
            write: { name },
            audit: [{ type: 'api_key.renamed', actor, keyId: key.id, context: {}, data: {} }],
          }),
        })
      const changed = await rename('once', once)
      await expect(rename('twice', once)).rejects.toMatchObject({
        code: 'request_repeated',
        keyId: key.id,
        isSame: true,
        at: changed?.record.updatedAt,
      })
      await expect(rename('other', { ...once, fingerprint: 'f2' })).rejects.toMatchObject({ isSame: false })
      expect((await store.find(key.id))?.record).toMatchObject({ name: 'once', version: 2 })
      expect(await auditOf(store, key)).toBe(2)
    })

    it('are not remembered when they failed, found their id taken, or changed nothing', async () => {
      const store = await open()
      const [key, once] = [aKey(), newOnce()]
      await expect(
        store.insert(
          created(key, once, () => {
            throw new Error('no')
          }),
        ),
      ).rejects.toThrow('no')
      const taken = aKey()
      await store.insert(created(taken, undefined))
      expect(await store.insert(created(aKey({ id: taken.id, owner: taken.owner }), once))).toBeNull()
      expect(await store.change(taken.id, { quota: null, once, decide: () => null })).not.toBeNull()
      expect(await store.change('nobody000000', { quota: null, once, decide: () => null })).toBeNull()
      await expect(
        store.change(taken.id, {
          quota: null,
          once,
          decide: () => {
            throw new Error('no')
          },
        }),
      ).rejects.toThrow('no')
      expect(await store.insert(created(key, once))).toMatchObject({ id: key.id })
    })

    it('insert one of many concurrent requests, and report that key to all others', async () => {
      const store = await open()
      const [key, once] = [aKey(), newOnce()]
      const keys = [key, ...Array.from({ length: 7 }, () => inSameOrganization(key))]
      const outcomes = await Promise.allSettled(keys.map((each) => store.insert(created(each, once))))
      const inserted = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value?.id] : []))
      expect(inserted).toHaveLength(1)
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') continue
        expect(isKeyError(outcome.reason)).toBe(true)
        expect(outcome.reason).toMatchObject({ code: 'request_repeated', keyId: inserted[0], isSame: true })
      }
      expect((await store.stats({ organizationId: organizationOf(key.owner) })).created).toBe(1)
    })
  })
}
