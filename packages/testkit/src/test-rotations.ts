import type { KeyRecord, Owner } from '@keywright/core'
import {
  type ChangeRequest,
  dayMs,
  type KeyStore,
  type StoredRotation,
  type StoreRotations,
} from '@keywright/core/store'
import { describe, expect, it, type TestContext } from 'vitest'
import { aKey } from './a-key.js'

let count = 0

interface World {
  readonly store: KeyStore
  readonly rotations: StoreRotations
  readonly now: Date
  add(): Promise<string>
  /** Writes the schedule of a key, and gives what was there. */
  write(id: string, rotation: StoredRotation | null): Promise<StoredRotation | null | undefined>
}

/** The tests of a key store for schedules of rotations. A store that keeps none skips them. */
export function testRotations(openStore: () => Promise<KeyStore>): void {
  const open = async ({ skip }: TestContext): Promise<World> => {
    const store = await openStore()
    const { rotations } = store
    if (rotations === undefined) return skip('The store keeps no schedules: it has no rotations.')
    count += 1
    const organizationId = `rotated-${Date.now()}-${count}`
    const owner: Owner = { type: 'organization', id: organizationId }
    const add = async () => {
      const key = aKey({ owner, lookupDigest: null })
      await store.insert({ id: key.id, organizationId, quota: null, decide: () => ({ write: key, audit: [] }) })
      return key.id
    }
    const write: World['write'] = async (id, rotation) => {
      let before: StoredRotation | null | undefined
      const decide: ChangeRequest['decide'] = (_, context) => {
        before = context.rotation
        return { write: {}, audit: [], rotation }
      }
      await store.change(id, { quota: null, withRotation: true, decide })
      return before
    }
    return { store, rotations, now: await store.now(), add, write }
  }

  describe('rotations', () => {
    it('are kept as they were written, with the change of their key or without one', async (context) => {
      const { store, rotations, add, write, now } = await open(context)
      const id = await add()
      const other = await add()
      const first = rotation(now)
      const before = await store.find(id)
      expect(await rotations.find(id)).toBeNull()
      expect(await write(id, first)).toBeNull()
      expect(await rotations.find(id)).toEqual(first)
      expect(await write(other, rotation(now, { everyMs: 3 * dayMs }))).toBeNull()
      const pending = { sealed: '$aes-256-gcm$v=1$k=k1$ü', previousHash: '$sha256$v=1$a', since: new Date(+now - 7) }
      const deliveredAt = new Date(+now - 9)
      const next = {
        everyMs: 366 * dayMs,
        graceMs: 0,
        dueAt: new Date(+now + 1_234),
        pending,
        deliveredAt,
        failures: 3,
      }
      expect(await write(id, next)).toEqual(first)
      expect((await store.find(id))?.record).toEqual(before?.record)
      const decide: ChangeRequest['decide'] = (_, { rotation: found }) => {
        expect(found).toEqual(next)
        return { write: { previousHash: 'h' }, audit: [], rotation: { ...next, pending: null } }
      }
      const changed = await store.change(id, { quota: null, withRotation: true, decide })
      expect(changed?.record).toMatchObject({ previousHash: 'h', version: 2 })
      expect(await rotations.find(id)).toEqual({ ...next, pending: null })
      // What did not ask for it neither sees nor writes it.
      const plain: ChangeRequest['decide'] = (_, { rotation: found }) => {
        expect(found).toBeUndefined()
        return { write: { name: 'n' }, audit: [] }
      }
      await store.change(id, { quota: null, decide: plain })
      await store.change(id, { quota: null, withRotation: true, decide: () => ({ write: { name: 'm' }, audit: [] }) })
      expect(await rotations.find(id)).toEqual({ ...next, pending: null })
      const fault = new Error('no')
      const failing: ChangeRequest['decide'] = () => {
        throw fault
      }
      await expect(store.change(id, { quota: null, withRotation: true, decide: failing })).rejects.toBe(fault)
      expect(await write(id, null)).toEqual({ ...next, pending: null })
      expect(await rotations.find(id)).toBeNull()
      expect(await rotations.find(other)).toMatchObject({ everyMs: 3 * dayMs })
    })

    it('are found when they are due, the earliest first, and then no more than asked for', async (context) => {
      const { rotations, add, write, now } = await open(context)
      const [late, early, coming] = [await add(), await add(), await add()]
      await write(late, rotation(now))
      await write(early, rotation(now, { dueAt: new Date(0) }))
      await write(coming, rotation(now, { dueAt: new Date(+now + dayMs) }))
      const due = (await rotations.due(1_000)).filter((id) => [late, early, coming].includes(id))
      expect(due).toEqual([early, late])
      expect(await rotations.due(1)).toHaveLength(1)
      for (const id of [late, early, coming]) await write(id, null)
      expect((await rotations.due(1_000)).filter((id) => [late, early].includes(id))).toEqual([])
    })

    it('let one of many runs at once begin (ROT-7)', async (context) => {
      const { store, add, write, now } = await open(context)
      const id = await add()
      await write(id, rotation(now))
      const begin = async (hash: string) => {
        let isMine = false
        const decide: ChangeRequest['decide'] = (record: KeyRecord, { now: at, rotation: found }) => {
          isMine = found != null && found.dueAt <= at
          if (!isMine || found == null) return null
          return { write: { hash, previousHash: record.hash }, audit: [], rotation: rotation(new Date(+at + dayMs)) }
        }
        await store.change(id, { quota: null, withRotation: true, decide })
        return isMine ? [hash] : []
      }
      const begun = (await Promise.all(Array.from({ length: 8 }, (_, at) => begin(`hash-${at}`)))).flat()
      expect(begun).toHaveLength(1)
      expect((await store.find(id))?.record).toMatchObject({ hash: begun[0], version: 2 })
      await write(id, null)
    })
  })
}

function rotation(dueAt: Date, over: Partial<StoredRotation> = {}): StoredRotation {
  return { everyMs: 30 * dayMs, graceMs: dayMs, dueAt, pending: null, deliveredAt: null, failures: 0, ...over }
}
