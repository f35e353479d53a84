import type { Actor, Owner } from '@keywright/core'
import type { KeyChanges, KeyStore } from '@keywright/core/store'
import { describe, expect, it, type TestContext } from 'vitest'
import { aKey } from './a-key.js'

let count = 0

/** The tests of a key store for keys that go to somebody else. A store that cannot do that skips them. */
export function testTransfers(openStore: () => Promise<KeyStore>): void {
  /** Keys of a new organization, and what writes to one of them. */
  const open = async ({ skip }: TestContext) => {
    const store = await openStore()
    if (store.transfers !== true) return skip('The store has no transfers: keys stay with their owner.')
    count += 1
    const organizationId = `transferred-${Date.now()}-${count}`
    const firm: Owner = { type: 'organization', id: organizationId }
    const ofUser = (id: string): Owner => ({ type: 'user', id, organizationId })
    const insert = async (owner: Owner, createdBy: Actor) => {
      const key = aKey({ owner, createdBy })
      await store.insert({ id: key.id, organizationId, quota: null, decide: () => ({ write: key, audit: [] }) })
      return key
    }
    const move = (id: string, write: KeyChanges) =>
      store.change(id, { quota: null, decide: () => ({ write, audit: [] }) })
    const idsOf = async (filter: { readonly owner?: Owner; readonly createdBy?: Actor }) => {
      const { records } = await store.list({ organizationId, ...filter, limit: 10 })
      return records.map(({ id }) => id)
    }
    return { store, organizationId, firm, ofUser, insert, move, idsOf }
  }

  const ada: Actor = { type: 'user', id: 'ada' }
  const bob: Actor = { type: 'user', id: 'bob' }

  describe('transfers', () => {
    it('writes another owner and another creator, and nothing else', async (context) => {
      const { store, firm, ofUser, insert, move } = await open(context)
      const key = await insert(firm, ada)
      const before = await store.find(key.id)
      const after = await move(key.id, { owner: ofUser('bob'), createdBy: bob })
      const { updatedAt } = after?.record ?? {}
      const expected = { ...before?.record, owner: ofUser('bob'), createdBy: bob, updatedAt, version: 2 }
      expect(after?.record).toEqual(expected)
      expect((await store.find(key.id))?.record).toEqual(expected)
    })

    it('lists and counts the key with its new owner and creator from then on, and not with those before', async (context) => {
      const { store, organizationId, firm, ofUser, insert, move, idsOf } = await open(context)
      const key = await insert(firm, ada)
      const other = await insert(firm, ada)
      await move(key.id, { owner: ofUser('bob') })
      expect([await idsOf({ owner: firm }), await idsOf({ owner: ofUser('bob') })]).toEqual([[other.id], [key.id]])
      await move(key.id, { createdBy: bob })
      expect([await idsOf({ createdBy: ada }), await idsOf({ createdBy: bob })]).toEqual([[other.id], [key.id]])
      expect(await store.stats({ organizationId, owner: ofUser('bob') })).toMatchObject({ active: 1 })
      expect(await store.stats({ organizationId })).toMatchObject({ active: 2, created: 2 })
      let used = -1
      const decide = (_: unknown, context: { readonly used: number }) => {
        used = context.used
        return null
      }
      await store.change(other.id, { quota: { owner: ofUser('bob') }, decide })
      expect(used).toBe(1)
    })

    it('lets one of two transfers of a key follow the other', async (context) => {
      const { store, firm, ofUser, insert } = await open(context)
      const key = await insert(firm, ada)
      const seen: string[] = []
      const to = (id: string) =>
        store.change(key.id, {
          quota: null,
          decide: (record) => {
            seen.push(record.owner.id)
            return { write: { owner: ofUser(id) }, audit: [] }
          },
        })
      await Promise.all([to('bob'), to('cy')])
      const last = (await store.find(key.id))?.record
      expect(last).toMatchObject({ version: 3 })
      expect(['bob', 'cy']).toContain(last?.owner.id)
      expect(seen).toContain(firm.id)
    })
  })
}
