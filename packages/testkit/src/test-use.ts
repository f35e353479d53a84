import { hourOf, type KeyStore, type KeyUse, organizationOf } from '@keywright/core/store'
import { describe, expect, it } from 'vitest'
import { aKey } from './a-key.js'

const hourMs = 3_600_000

/** What a store promises of counted uses, statistics and its own inspection. */
export function testUse(open: () => Promise<KeyStore>): void {
  describe('use', () => {
    const withKey = async () => {
      const store = await open()
      const key = aKey({ expiresAt: null })
      const organizationId = organizationOf(key.owner)
      await store.insert({ id: key.id, organizationId, quota: null, decide: () => ({ write: key, audit: [] }) })
      const now = await store.now()
      const use = (changes: Partial<KeyUse> = {}): KeyUse => ({
        keyId: key.id,
        organizationId,
        hour: hourOf(now),
        count: 1,
        lastUsedAt: now,
        ...changes,
      })
      return { store, key, organizationId, now, use }
    }
    const batch = () => crypto.randomUUID()
    const everything = { from: new Date(0), to: new Date(8e15) }

    it('adds up by hour, and touches nothing of the key but its last use (USE-1, CONS-14)', async () => {
      const { store, key, organizationId, now, use } = await withKey()
      const before = (await store.find(key.id))?.record
      const hour = hourOf(now)
      const earlier = new Date(hour.getTime() - hourMs)
      await store.recordUse(batch(), [use({ count: 2 }), use({ hour: earlier, count: 5, lastUsedAt: earlier })])
      await store.recordUse(batch(), [use({ count: 3 })])
      expect(await store.listUse({ organizationId, ...everything })).toEqual([
        { hour: earlier, count: 5 },
        { hour, count: 5 },
      ])
      expect(await store.listUse({ organizationId, keyId: 'another', ...everything })).toEqual([])
      expect(
        await store.listUse({ organizationId, keyId: key.id, from: hour, to: new Date(hour.getTime() + 1) }),
      ).toEqual([{ hour, count: 5 }])
      expect((await store.find(key.id))?.record).toEqual({ ...before, lastUsedAt: now })
    })

    it('counts a batch once, however often and however concurrently it is sent (USE-2)', async () => {
      const { store, organizationId, use } = await withKey()
      const id = batch()
      await Promise.all(Array.from({ length: 5 }, () => store.recordUse(id, [use({ count: 2 })])))
      await store.recordUse(id, [use({ count: 2 })])
      expect((await store.listUse({ organizationId, ...everything })).map(({ count }) => count)).toEqual([2])
    })

    it('loses no use to concurrent batches, and never moves the last use backwards', async () => {
      const { store, key, organizationId, now, use } = await withKey()
      const times = [3, 1, 4, 2, 0].map((index) => new Date(now.getTime() - index * 1_000))
      await Promise.all(times.map((lastUsedAt) => store.recordUse(batch(), [use({ lastUsedAt })])))
      expect((await store.listUse({ organizationId, ...everything })).map(({ count }) => count)).toEqual([5])
      expect((await store.find(key.id))?.record.lastUsedAt).toEqual(now)
    })

    it('counts keys by status and uses of the last 24 hours (USE-4)', async () => {
      const { store, key, organizationId, now, use } = await withKey()
      const add = async (changes: Parameters<typeof aKey>[0], write: object) => {
        const other = aKey({ owner: key.owner, expiresAt: null, ...changes })
        await store.insert({ id: other.id, organizationId, quota: null, decide: () => ({ write: other, audit: [] }) })
        await store.change(other.id, { quota: null, decide: () => ({ write, audit: [] }) })
      }
      await add({}, { status: 'disabled' })
      await add({}, { status: 'revoked' })
      await add({}, { status: 'deleted' })
      await add({}, { expiresAt: new Date(now.getTime() - 1) })
      const hoursAgo = (hours: number) => new Date(hourOf(now).getTime() - hours * hourMs)
      await store.recordUse(batch(), [
        use({ count: 7 }),
        use({ hour: hoursAgo(22), lastUsedAt: hoursAgo(22), count: 10 }),
        use({ hour: hoursAgo(25), lastUsedAt: hoursAgo(25), count: 100 }),
      ])
      expect(await store.stats(organizationId)).toEqual({
        created: 5,
        active: 1,
        disabled: 1,
        expired: 1,
        revoked: 1,
        recentUses: 17,
        lastUsedAt: now,
      })
      expect(await store.stats('an-empty-organisation')).toEqual({
        created: 0,
        active: 0,
        disabled: 0,
        expired: 0,
        revoked: 0,
        recentUses: 0,
        lastUsedAt: null,
      })
    })
  })

  describe('inspect', () => {
    it('counts the hashes and seals that begin with no known prefix, case and all (HASH-5, ENC-4)', async () => {
      const store = await open()
      const known = { hashes: ['$hmac-sha256$v=1$k=p1$', '$sha256$v=1$'], seals: ['$aes-256-gcm$v=1$k=k1$'] }
      const add = async (hash: string, sealed: string | null, before: Parameters<typeof aKey>[0] = {}) => {
        const key = aKey({ hash, sealed, ...before })
        const organizationId = organizationOf(key.owner)
        await store.insert({ id: key.id, organizationId, quota: null, decide: () => ({ write: key, audit: [] }) })
      }
      const before = await store.inspect(known)
      await add('$hmac-sha256$v=1$k=p1$a$b', null)
      await add('$hmac-sha256$v=1$k=P1$a$b', '$aes-256-gcm$v=1$k=k1$a$b')
      await add('$hmac-sha256$v=1$k=p10$a$b', '$aes-256-gcm$v=1$k=k2$a$b')
      // The hash of a token before the last rotation counts while it is in grace.
      const previousHash = '$hmac-sha256$v=1$k=p2$a$b'
      for (const year of [1999, 2999]) {
        const previousHashExpiresAt = new Date(Date.UTC(year, 0, 1))
        await add('$hmac-sha256$v=1$k=p1$a$b', null, { previousHash, previousHashExpiresAt })
      }
      const after = await store.inspect(known)
      expect(after.schemaProblem).toBeNull()
      expect(after.unreadableHashes - before.unreadableHashes).toBe(3)
      expect(after.unreadableSeals - before.unreadableSeals).toBe(1)
      expect(Math.abs(after.now.getTime() - (await store.now()).getTime())).toBeLessThan(5_000)
    })
  })
}
