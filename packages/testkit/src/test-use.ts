import type { Owner } from '@keywright/core'
import { hourOf, type KeyStore, type KeyUsage, organizationOf } from '@keywright/core/store'
import { describe, expect, it } from 'vitest'
import { aKey } from './a-key.js'

const hourMs = 3_600_000

/** The tests of a key store for usage counts, statistics and `inspect`. */
export function testUse(open: () => Promise<KeyStore>): void {
  describe('usage', () => {
    const withKey = async () => {
      const store = await open()
      const key = aKey({ expiresAt: null })
      const organizationId = organizationOf(key.owner)
      await store.insert({ id: key.id, organizationId, quota: null, decide: () => ({ write: key, audit: [] }) })
      const now = await store.now()
      const use = (changes: Partial<KeyUsage> = {}): KeyUsage => ({
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

    it('is added up by hour, and changes nothing of the key but its last use (USE-1, CONS-14)', async () => {
      const { store, key, organizationId, now, use } = await withKey()
      const before = (await store.find(key.id))?.record
      const hour = hourOf(now)
      const earlier = new Date(hour.getTime() - hourMs)
      await store.recordUsage(batch(), [use({ count: 2 }), use({ hour: earlier, count: 5, lastUsedAt: earlier })])
      await store.recordUsage(batch(), [use({ count: 3 })])
      expect(await store.listUsage({ organizationId, ...everything })).toEqual([
        { hour: earlier, count: 5 },
        { hour, count: 5 },
      ])
      expect(await store.listUsage({ organizationId, keyId: 'another', ...everything })).toEqual([])
      expect(
        await store.listUsage({ organizationId, keyId: key.id, from: hour, to: new Date(hour.getTime() + 1) }),
      ).toEqual([{ hour, count: 5 }])
      expect((await store.find(key.id, { lastUse: true }))?.record).toEqual({ ...before, lastUsedAt: now })
    })

    it('of a batch is counted once, however often and concurrently it is sent (USE-2)', async () => {
      const { store, organizationId, use } = await withKey()
      const id = batch()
      await Promise.all(Array.from({ length: 5 }, () => store.recordUsage(id, [use({ count: 2 })])))
      await store.recordUsage(id, [use({ count: 2 })])
      expect((await store.listUsage({ organizationId, ...everything })).map(({ count }) => count)).toEqual([2])
    })

    it('of concurrent batches is not lost, and never moves the last use backwards', async () => {
      const { store, key, organizationId, now, use } = await withKey()
      const times = [3, 1, 4, 2, 0].map((index) => new Date(now.getTime() - index * 1_000))
      await Promise.all(times.map((lastUsedAt) => store.recordUsage(batch(), [use({ lastUsedAt })])))
      expect((await store.listUsage({ organizationId, ...everything })).map(({ count }) => count)).toEqual([5])
      expect((await store.find(key.id, { lastUse: true }))?.record.lastUsedAt).toEqual(now)
    })

    it('is given for each of some keys, by the hour or by the day in UTC', async () => {
      const { store, key, organizationId, use } = await withKey()
      const at = (text: string) => new Date(`2026-01-${text}:00:00Z`)
      const used = (keyId: string, hour: Date, count: number) => use({ keyId, hour, count, lastUsedAt: hour })
      await store.recordUsage(batch(), [
        used(key.id, at('01T23'), 1),
        used(key.id, at('02T00'), 2),
        used(key.id, at('02T23'), 3),
      ])
      await store.recordUsage(batch(), [used('another', at('02T05'), 4), used('a third', at('02T05'), 9)])
      await store.recordUsage(batch(), [use({ organizationId: 'elsewhere', hour: at('02T05'), count: 8 })])
      const span = { organizationId, from: at('01T00'), to: at('03T00') }
      const daily = { ...span, bucketMs: 86_400_000 } as const
      expect(await store.listUsage(daily)).toEqual([
        { hour: at('01T00'), count: 1 },
        { hour: at('02T00'), count: 18 },
      ])
      const byKey = async (request: Parameters<typeof store.listKeyUsage>[0]) =>
        [...(await store.listKeyUsage(request))].sort((a, b) => a.count - b.count)
      expect(await byKey({ ...daily, keyIds: [key.id, 'another', 'unused'] })).toEqual([
        { keyId: key.id, hour: at('01T00'), count: 1 },
        { keyId: 'another', hour: at('02T00'), count: 4 },
        { keyId: key.id, hour: at('02T00'), count: 5 },
      ])
      expect((await byKey({ ...span, keyIds: [key.id] })).map(({ hour }) => hour)).toEqual([
        at('01T23'),
        at('02T00'),
        at('02T23'),
      ])
      expect(await byKey({ ...span, keyIds: [] })).toEqual([])
    })

    it('names the keys that were used most, of an organisation or an owner', async () => {
      const { store, key, organizationId, now, use } = await withKey()
      const colleague: Owner = { type: 'user', id: 'a-colleague', organizationId }
      const theirs = aKey({ owner: colleague })
      await store.insert({ id: theirs.id, organizationId, quota: null, decide: () => ({ write: theirs, audit: [] }) })
      const hour = hourOf(now)
      const earlier = new Date(hour.getTime() - hourMs)
      await store.recordUsage(batch(), [
        use({ count: 2 }),
        use({ count: 3, hour: earlier }),
        use({ keyId: theirs.id, count: 4 }),
      ])
      await store.recordUsage(batch(), [use({ keyId: 'z', count: 4 }), use({ organizationId: 'elsewhere', count: 9 })])
      const span = { organizationId, from: earlier, to: new Date(hour.getTime() + 1) }
      const [first, second] = [theirs.id, 'z'].sort()
      expect(await store.topKeys({ ...span, limit: 10 })).toEqual([
        { keyId: key.id, count: 5 },
        { keyId: first, count: 4 },
        { keyId: second, count: 4 },
      ])
      expect(await store.topKeys({ ...span, from: hour, limit: 2 })).toEqual([
        { keyId: first, count: 4 },
        { keyId: second, count: 4 },
      ])
      expect(await store.topKeys({ ...span, owner: colleague, limit: 10 })).toEqual([{ keyId: theirs.id, count: 4 }])
    })

    it('has refusals beside it, by code, which are no use, and count once for a batch', async () => {
      const { store, key, organizationId, now, use } = await withKey()
      const hour = hourOf(now)
      const earlier = new Date(hour.getTime() - hourMs)
      const refusal = { keyId: key.id, organizationId, hour, code: 'api_key_expired', count: 1 }
      const id = batch()
      const first = [
        refusal,
        { ...refusal, code: 'rate_limited', count: 5 },
        { ...refusal, hour: earlier, count: 2 },
        refusal,
      ]
      await Promise.all([1, 2, 3].map(() => store.recordUsage(id, [use()], first)))
      const others = [
        { ...refusal, keyId: 'another', count: 7 },
        { ...refusal, organizationId: 'elsewhere' },
      ]
      await Promise.all([store.recordUsage(batch(), [], others), store.recordUsage(batch(), [], [refusal])])
      const span = { organizationId, from: earlier, to: new Date(hour.getTime() + 1) }
      const sorted = async (request: Parameters<typeof store.listRefusals>[0]) =>
        [...(await store.listRefusals(request))].sort((a, b) => a.count - b.count)
      expect(await sorted({ ...span, keyIds: [key.id] })).toEqual([
        { keyId: key.id, hour: earlier, code: 'api_key_expired', count: 2 },
        { keyId: key.id, hour, code: 'api_key_expired', count: 3 },
        { keyId: key.id, hour, code: 'rate_limited', count: 5 },
      ])
      expect(await sorted({ ...span, from: hour })).toEqual([
        { keyId: null, hour, code: 'rate_limited', count: 5 },
        { keyId: null, hour, code: 'api_key_expired', count: 10 },
      ])
      expect(await sorted({ ...span, keyIds: [] })).toEqual([])
      expect((await store.stats({ organizationId })).recentUsage).toBe(1)
      expect((await store.find('another', { lastUse: true }))?.record.lastUsedAt ?? null).toBeNull()
    })

    it('is counted for the last 24 hours, and keys by status (USE-4)', async () => {
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
      await store.recordUsage(batch(), [
        use({ count: 7 }),
        use({ hour: hoursAgo(22), lastUsedAt: hoursAgo(22), count: 10 }),
        use({ hour: hoursAgo(25), lastUsedAt: hoursAgo(25), count: 100 }),
      ])
      expect(await store.stats({ organizationId })).toEqual({
        created: 5,
        active: 1,
        disabled: 1,
        expired: 1,
        revoked: 1,
        recentUsage: 17,
        lastUsedAt: now,
      })
      expect(await store.stats({ organizationId: 'an-empty-organisation' })).toEqual({
        created: 0,
        active: 0,
        disabled: 0,
        expired: 0,
        revoked: 0,
        recentUsage: 0,
        lastUsedAt: null,
      })
    })

    it('is counted for one owner, without the keys and the usage of others (MGMT-11)', async () => {
      const { store, key, organizationId, now, use } = await withKey()
      const add = async (owner: Owner, write: object) => {
        const other = aKey({ owner, expiresAt: null })
        await store.insert({ id: other.id, organizationId, quota: null, decide: () => ({ write: other, audit: [] }) })
        await store.change(other.id, { quota: null, decide: () => ({ write, audit: [] }) })
        return other.id
      }
      const colleague: Owner = { type: 'user', id: 'a-colleague', organizationId }
      const shared: Owner = { type: 'organization', id: organizationId }
      const deleted = await add(key.owner, { status: 'deleted' })
      const theirs = await add(colleague, { status: 'revoked' })
      await add(colleague, { status: 'disabled' })
      await add(shared, {})
      const earlier = new Date(now.getTime() - 1_000)
      await store.recordUsage(batch(), [
        use({ count: 2, lastUsedAt: earlier }),
        use({ keyId: deleted, count: 3, lastUsedAt: earlier }),
        use({ keyId: theirs, count: 10 }),
      ])
      const none = { created: 0, active: 0, disabled: 0, expired: 0, revoked: 0, recentUsage: 0, lastUsedAt: null }
      const of = (owner: Owner) => store.stats({ organizationId, owner })
      expect(await of(key.owner)).toEqual({ ...none, created: 2, active: 1, recentUsage: 5, lastUsedAt: earlier })
      expect(await of(colleague)).toEqual({
        ...{ ...none, created: 2, disabled: 1, revoked: 1 },
        ...{ recentUsage: 10, lastUsedAt: now },
      })
      expect(await of(shared)).toEqual({ ...none, created: 1, active: 1 })
      expect(await store.stats({ organizationId })).toMatchObject({ created: 5, recentUsage: 15, lastUsedAt: now })
      for (const owner of [
        { type: 'user', id: 'nobody', organizationId },
        { type: 'user', id: key.owner.id, organizationId: 'an-empty-organisation' },
        { type: 'organization', id: key.owner.id },
      ] as const) {
        expect(await of(owner)).toEqual(none)
      }
    })
  })

  describe('inspect', () => {
    it('counts hashes and seals that begin with no known prefix, by exact case (HASH-5, ENC-4)', async () => {
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
