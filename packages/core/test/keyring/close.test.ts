import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import type { InvalidationBus } from '../../src/store/invalidation-bus.js'
import type { KeyStore } from '../../src/store/key-store.js'
import type { StoreEvent } from '../../src/store/store-event.js'
import { good, hang, open, peppers } from '../support/setup.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A keyring that has counted two uses of a key, over a store that writes uses as it is told to. */
async function make(options: Parameters<typeof open>[0] = {}) {
  const store = memoryStore()
  const world = open({ store, ...options })
  const { token } = await world.keyring.create(good)
  const use = () => world.keyring.verify(token.reveal())
  await use()
  await use()
  const counted = async () => (await store.stats({ organizationId: good.owner.organizationId })).recentUsage
  return { ...world, use, counted }
}

/** How a promise ended, once `ms` have passed. */
async function after(ms: number, work: Promise<unknown>): Promise<string> {
  let end = 'pending'
  work.then(
    () => {
      end = 'resolved'
    },
    (error) => {
      end = error.code
    },
  )
  await vi.advanceTimersByTimeAsync(ms)
  return end
}

describe('close', () => {
  it.each(['throws', 'hangs'])(
    'tries again while the store %s, and loses nothing once it writes (FI-44)',
    async (how) => {
      const { keyring, storage, use, counted } = await make()
      storage.stubs.recordUsage = how === 'hangs' ? hang : () => Promise.reject(new Error('down'))
      const closing = keyring.close()
      expect(await after(2_500, closing)).toBe('pending')
      await use() // a request that still ran
      delete storage.stubs.recordUsage
      expect(await after(2_500, closing)).toBe('resolved')
      expect(await counted()).toBe(3)
      // What hung has a deadline of its own, which keeps no process alive.
      if (how === 'throws') expect(vi.getTimerCount()).toBe(0)
      await vi.advanceTimersByTimeAsync(10_000)
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  it.each(['throws', 'hangs'])(
    'ends while the store %s for ever, with the number of uses that are lost (FI-44)',
    async (how) => {
      const { keyring, storage } = await make()
      storage.stubs.recordUsage = how === 'hangs' ? hang : () => Promise.reject(new Error('down'))
      const closing = keyring.close()
      expect(await after(4_999, closing)).toBe('pending')
      expect(await after(1, closing)).toBe('usage_lost')
      await expect(closing).rejects.toMatchObject({ code: 'usage_lost', uses: 2 })
      await vi.advanceTimersByTimeAsync(60_000)
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  it('counts a batch once that was written though its answer was lost, and does not call it lost', async () => {
    const { keyring, store, storage, counted } = await make()
    let tries = 0
    storage.stubs.recordUsage = async (...batch) => {
      tries += 1
      await store.recordUsage(...batch)
      if (tries === 1) await hang()
      if (tries === 2) throw new Error('lost')
    }
    expect(await after(5_000, keyring.close())).toBe('resolved')
    expect(await counted()).toBe(2)
  })

  it('takes as long as closeTimeoutMs says', async () => {
    const { keyring, storage } = await make({ closeTimeoutMs: 300 })
    storage.stubs.recordUsage = hang
    const closing = keyring.close()
    expect(await after(299, closing)).toBe('pending')
    expect(await after(1, closing)).toBe('usage_lost')
  })

  it.each<[string, Partial<InvalidationBus>]>([
    ['does not let itself be stopped', { subscribe: () => hang }],
    ['fails to be stopped', { subscribe: () => () => Promise.reject(new Error('gone')) }],
    ['takes no message', { publish: hang, subscribe: () => async () => {} }],
  ])('ends where the bus of the cache %s (FI-41)', async (_, parts) => {
    const bus = { publish: async () => {}, subscribe: () => async () => {}, ...parts }
    const { keyring } = await make({ cache: { mode: 'bounded', ttlMs: 1_000, bus } })
    expect(await after(5_000, keyring.close())).toBe('resolved')
  })

  it('ends where a hash is being renewed for ever (FI-41)', async () => {
    const store = memoryStore()
    const { token } = await open({ store }).keyring.create(good)
    const { keyring, storage, verify } = open({ store, hasher: hmacSha256({ current: 'p2', peppers }) })
    storage.stubs.replaceHash = hang
    expect(await verify(token.reveal())).toBe('ok')
    expect(storage.calls).toContain('replaceHash')
    expect(await after(5_000, keyring.close())).toBe('resolved')
  })

  it('hears no more of what the store tells, which went to onEvent before (REP-2)', async () => {
    const listeners = new Set<(event: StoreEvent) => void>()
    const watch: KeyStore['watch'] = (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
    const { keyring, events } = open({ store: { ...memoryStore(), watch } })
    const event = { type: 'store.replica_used', index: 0 } as const
    for (const listener of listeners) listener(event)
    expect(events).toEqual([event])
    await keyring.close()
    expect(listeners.size).toBe(0)
  })

  it('gives the same promise when it is called again, and writes once', async () => {
    const { keyring, storage } = await make()
    const closing = keyring.close()
    expect(keyring.close()).toBe(closing)
    await closing
    expect(keyring.close()).toBe(closing)
    expect(storage.calls.filter((name) => name === 'recordUsage')).toHaveLength(1)
  })

  it('leaves requests verified as before; uses that come after it are not counted, and told', async () => {
    const { keyring, use, counted, events } = await make()
    await keyring.close()
    expect(await use()).toMatchObject({ ok: true })
    expect(events).toEqual([{ type: 'usage.dropped', keyId: expect.any(String) }])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await counted()).toBe(2)
    expect(vi.getTimerCount()).toBe(0)
  })
})
