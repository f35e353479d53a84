import { type KeyStore, organizationOf, type PreviousUse } from '@keywright/core/store'
import { expect, it } from 'vitest'
import { aKey } from './a-key.js'

/** The tests of a key store for the last uses of tokens before a rotation. A store that leaves these out skips them. */
export function testPreviousUse(open: () => Promise<KeyStore>): void {
  it('shows when the token before the last rotation was last used, and nothing of tokens before it', async ({
    skip,
  }) => {
    const store = await open()
    const now = await store.now()
    const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000)
    const [until, next] = [at(3_600), at(7_200)]
    const key = aKey({ previousHashExpiresAt: until })
    const organizationId = organizationOf(key.owner)
    await store.insert({ id: key.id, organizationId, quota: null, decide: () => ({ write: key, audit: [] }) })
    const use = async (lastUsedAt: Date, previous: readonly PreviousUse[], batchId: string = crypto.randomUUID()) => {
      const hour = new Date(Math.floor(lastUsedAt.getTime() / 3_600_000) * 3_600_000)
      await store.recordUsage(batchId, [{ keyId: key.id, organizationId, hour, count: 1, lastUsedAt }], [], previous)
    }
    const shown = async () => {
      const found = await store.find(key.id, { lastUse: true })
      const [listed] = (await store.list({ organizationId, limit: 1 })).records
      const changed = await store.change(key.id, { quota: null, decide: () => null })
      const all = [found?.record, listed, changed?.record]
      expect(all.map((record) => record?.lastUsedAt?.getTime())).toEqual(Array(3).fill(all[0]?.lastUsedAt?.getTime()))
      const [first, ...rest] = all.map((record) => record?.previousUsedAt ?? null)
      for (const one of rest) expect(one).toEqual(first)
      return first
    }
    await use(at(-9), [])
    expect(await shown()).toBeNull()
    await use(at(-8), [{ keyId: key.id, until, lastUsedAt: at(-8) }])
    if ((await shown()) === null) return skip('The store leaves out uses of tokens before a rotation.')
    expect(await shown()).toEqual(at(-8))
    const id = crypto.randomUUID()
    await use(at(-5), [{ keyId: key.id, until, lastUsedAt: at(-5) }], id)
    await use(at(-4), [{ keyId: key.id, until, lastUsedAt: at(-4) }], id) // the same batch
    expect(await shown()).toEqual(at(-5))
    await use(at(-3), [])
    await use(at(-6), [{ keyId: key.id, until, lastUsedAt: at(-6) }]) // of a process that wrote late
    expect(await shown()).toEqual(at(-5))
    const rotated = { previousHash: `${key.previousHash}2`, previousHashExpiresAt: next }
    await store.change(key.id, { quota: null, decide: () => ({ write: rotated, audit: [] }) })
    expect(await shown()).toBeNull()
    await use(at(-2), [{ keyId: key.id, until: next, lastUsedAt: at(-2) }])
    await use(at(-3), [{ keyId: key.id, until, lastUsedAt: at(-3) }]) // of the token before that, written late
    expect(await shown()).toEqual(at(-2))
    const many = Array.from({ length: 8 }, (_, second) =>
      use(at(second), [{ keyId: key.id, until: next, lastUsedAt: at(second) }]),
    )
    await Promise.all(many)
    expect(await shown()).toEqual(at(7))
    await store.change(key.id, { quota: null, decide: () => ({ write: { previousHashExpiresAt: null }, audit: [] }) })
    expect(await shown()).toBeNull()
  })
}
