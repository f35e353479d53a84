import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import type { KeyringOptions } from '../../src/keyring/options.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import type { KeyStore } from '../../src/store/key-store.js'
import { type access, forge, good, hang, open, owner, peppers, start, write } from '../support/setup.js'
import { hub } from './hub.js'

const ttlMs = 5_000

beforeEach(() => {
  // Apart from the store's clock, which stands.
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Two keyrings on one store, as two processes would have them, and a key. `here` changes it, `there` caches it. */
async function make(options: Partial<KeyringOptions<typeof access>> = {}, wires = hub()) {
  const cache = { mode: 'bounded', ttlMs, bus: wires.bus } as const
  const store = options.store ?? memoryStore({ now: () => new Date(start) })
  const here = open({ ...options, store, cache })
  const there = open({ ...options, store, cache })
  const created = await here.keyring.create({ ...good, scopes: ['members.read'] })
  const token = created.token.reveal()
  const code = async (world = there) => {
    const verdict = await world.keyring.verify(token)
    return verdict.ok ? 'ok' : verdict.refusal.code
  }
  const reads = (world = there) => world.storage.calls.filter((name) => name === 'find').length
  return { here, there, store, wires, id: created.key.id, token, code, reads }
}

/** Holds the next read back, after it was made, until it is released. */
function holdRead(store: KeyStore, { storage }: Pick<ReturnType<typeof open>, 'storage'>) {
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  storage.stubs.find = async (id) => {
    delete storage.stubs.find
    const found = await store.find(id)
    await gate
    return found
  }
  return release
}

describe('a keyring without a cache', () => {
  it('reads the key for each verification (CONS-1)', async () => {
    const world = open()
    const { token } = await world.keyring.create(good)
    for (const _ of [1, 2, 3]) await world.keyring.verify(token.reveal())
    expect(world.storage.calls.filter((name) => name === 'find')).toHaveLength(3)
  })
})

describe('a keyring with a cache', () => {
  it("saves reads of keys, but asks for the owner's rights each time (CONS-9)", async () => {
    let isMember = true
    const { code, reads } = await make({ resolveOwner: () => (isMember ? { scopes: ['*'] } : null) })
    for (const _ of [1, 2, 3]) expect(await code()).toBe('ok')
    expect(reads()).toBe(1)
    isMember = false
    expect(await code()).toBe('owner_inactive')
    expect(reads()).toBe(1)
  })

  it.each<[string, (world: Awaited<ReturnType<typeof make>>) => Promise<unknown>, string]>([
    ['disabled', ({ here, id }) => here.keyring.disable(id), 'api_key_disabled'],
    ['revoked', ({ here, id }) => here.keyring.revoke(id), 'api_key_revoked'],
    ['deleted', ({ here, id }) => here.keyring.delete(id), 'api_key_invalid'],
    ['rotated', ({ here, id }) => here.keyring.rotate(id), 'api_key_invalid'],
    ['updated', ({ here, id }) => here.keyring.update(id, { ipAllowList: ['192.0.2.1'] }), 'api_key_not_allowed_here'],
  ])('refuses at once a key that was %s elsewhere, where the bus delivers', async (_, change, expected) => {
    const world = await make()
    expect(await world.code()).toBe('ok')
    expect(await world.code(world.here)).toBe('ok')
    await change(world)
    expect(await world.code(world.here)).toBe(expected)
    expect(await world.code()).toBe(expected)
  })

  it('lets a key in again at once when it is enabled elsewhere', async () => {
    const { here, id, code } = await make()
    await here.keyring.disable(id)
    expect(await code()).toBe('api_key_disabled')
    await here.keyring.enable(id)
    expect(await code()).toBe('ok')
  })

  it('serves no entry past its time when every message is lost, and sees its own changes at once (CONS-3, FI-16)', async () => {
    const { here, there, wires, id, code } = await make()
    wires.lose()
    for (const world of [here, there]) expect(await code(world)).toBe('ok')
    vi.advanceTimersByTime(1_000)
    await here.keyring.revoke(id)
    expect(await code(here)).toBe('api_key_revoked')
    vi.advanceTimersByTime(ttlMs - 1_001)
    expect(await code()).toBe('ok')
    vi.advanceTimersByTime(1)
    expect(await code()).toBe('api_key_revoked')
  })

  it('counts the time of an entry from the beginning of its read', async () => {
    const { here, there, store, wires, id, code } = await make()
    wires.lose()
    const release = holdRead(store, there)
    const first = code()
    await vi.advanceTimersByTimeAsync(1_500) // below verifyTimeoutMs
    release()
    expect(await first).toBe('ok')
    await here.keyring.revoke(id)
    vi.advanceTimersByTime(ttlMs - 1_501)
    expect(await code()).toBe('ok')
    vi.advanceTimersByTime(1)
    expect(await code()).toBe('api_key_revoked')
  })

  it("expires a cached key on time by the store's clock, without a read (CONS-10)", async () => {
    const { here, id, code, reads } = await make()
    await here.keyring.update(id, { expiresAt: new Date(start + 2_000) })
    expect(await code()).toBe('ok')
    const before = reads()
    vi.advanceTimersByTime(1_999)
    expect(await code()).toBe('ok')
    vi.advanceTimersByTime(1)
    expect(await code()).toBe('api_key_expired')
    expect(reads()).toBe(before)
  })

  it('drops a read that a message overtook (FI-17)', async () => {
    const { here, there, store, id, code, reads } = await make()
    const release = holdRead(store, there)
    const first = code()
    await vi.advanceTimersByTimeAsync(1)
    await here.keyring.revoke(id)
    release()
    expect(await first).toBe('ok') // it began before
    expect(await code()).toBe('api_key_revoked')
    expect(reads()).toBe(2)
  })

  it('shares the next read among all who come during a read (CONS-8)', async () => {
    const { here, there, store, wires, id, code, reads } = await make()
    wires.lose()
    const release = holdRead(store, there)
    const first = code()
    await vi.advanceTimersByTimeAsync(1)
    await here.keyring.disable(id)
    const later = Promise.all(Array.from({ length: 20 }, () => code()))
    await vi.advanceTimersByTimeAsync(1)
    release()
    expect(await first).toBe('ok')
    expect(new Set(await later)).toEqual(new Set(['api_key_disabled']))
    expect(reads()).toBe(2)
  })

  it('empties and bypasses the cache while the bus is out of reach (CONS-3, FI-16)', async () => {
    const { here, there, wires, id, code, reads } = await make()
    expect(await code()).toBe('ok')
    wires.connect(false)
    await here.keyring.disable(id)
    expect(await code()).toBe('api_key_disabled')
    await code()
    expect(reads()).toBe(3)
    wires.connect(false)
    wires.connect(true)
    for (const _ of [1, 2]) expect(await code()).toBe('api_key_disabled')
    expect(reads()).toBe(4)
    const told = there.events.map(({ type }) => type).filter((type) => type.startsWith('cache.'))
    expect(told).toEqual(['cache.used', 'cache.bypassed', 'cache.used'])
  })

  it('bypasses the cache from the start while the bus is not there yet (FI-10)', async () => {
    const { code, reads, wires } = await make({}, hub({ isUp: false }))
    for (const _ of [1, 2]) expect(await code()).toBe('ok')
    expect(reads()).toBe(2)
    wires.connect(true)
    for (const _ of [1, 2]) expect(await code()).toBe('ok')
    expect(reads()).toBe(3)
  })

  it.each([true, false])('keeps no read that began before the bus came back (before that: %s)', async (isUp) => {
    const { here, there, store, id, code, wires } = await make({}, hub({ isUp }))
    const release = holdRead(store, there)
    const first = code()
    await vi.advanceTimersByTimeAsync(1)
    wires.connect(false)
    await here.keyring.revoke(id)
    wires.connect(true)
    release()
    expect(await first).toBe('ok')
    expect(await code()).toBe('api_key_revoked')
  })

  it('handles messages that come twice, late or in any order (FI-37)', async () => {
    const { here, wires, id, code } = await make()
    wires.lose()
    await here.keyring.disable(id)
    await here.keyring.enable(id)
    await here.keyring.revoke(id)
    expect(await code()).toBe('api_key_revoked')
    for (const message of [...wires.published, ...wires.published].reverse()) {
      wires.deliver(message)
      expect(await code()).toBe('api_key_revoked')
    }
    for (const odd of ['', 'nobody', '__proto__', id.toUpperCase()]) wires.deliver(odd)
    expect(await code()).toBe('api_key_revoked')
  })

  it('keeps no miss, so that a key works everywhere once it is created (CONS-6)', async () => {
    const { here, there, token, reads } = await make()
    const unknown = forge(token, { id: 'unknown00000' })
    for (const _ of [1, 2]) await there.keyring.verify(unknown)
    expect(reads()).toBe(2)
    const { token: fresh } = await here.keyring.create(good)
    expect((await there.keyring.verify(fresh.reveal())).ok).toBe(true)
  })

  it('compares the secret each time, and sends only ids over the bus (CONS-7)', async () => {
    const { here, there, wires, id, token, code } = await make()
    expect(await code()).toBe('ok')
    const verdict = await there.keyring.verify(forge(token, { secret: 'x'.repeat(32) }))
    expect(verdict).toMatchObject({ refusal: { code: 'api_key_invalid', reason: 'secret' } })
    await here.keyring.rotate(id)
    await here.keyring.delete(id)
    expect(wires.published).toEqual([id, id])
  })

  it("hands out copies, so that a host's changes to a key stay with that request", async () => {
    const { there, token, here, id } = await make({
      resolveOwner: (asked) => {
        Object.assign(asked, { id: 'someone else' })
        return { scopes: ['*'] }
      },
    })
    await here.keyring.update(id, { expiresAt: new Date(start + 60_000) })
    for (const _ of [1, 2, 3]) {
      const verdict = await there.keyring.verify(token)
      if (!verdict.ok) throw new Error(verdict.refusal.code)
      verdict.principal.key.expiresAt?.setTime(0)
    }
    const { record } = (await there.store.find(id)) ?? {}
    expect(record?.owner).toEqual(owner)
  })

  it('reads the store for management, not the cache', async () => {
    const { there, store, wires, id, code } = await make()
    wires.lose()
    expect(await code()).toBe('ok')
    await write(store, id, { name: 'renamed' })
    expect((await there.keyring.get(id))?.name).toBe('renamed')
  })

  it('rehashes an old hash once', async () => {
    const store = memoryStore()
    const { token } = await make({ store })
    const rotated = open({
      store,
      hasher: hmacSha256({ current: 'p2', peppers }),
      cache: { mode: 'bounded', ttlMs, bus: hub().bus },
    })
    for (const _ of [1, 2, 3]) {
      expect((await rotated.keyring.verify(token)).ok).toBe(true)
      await vi.advanceTimersByTimeAsync(1)
    }
    expect(rotated.storage.calls.filter((name) => name === 'replaceHash')).toHaveLength(1)
  })

  it.each<[string, () => Promise<never>]>([
    ['fails', () => Promise.reject(new Error('of the bus'))],
    ['hangs', hang],
    [
      'throws',
      () => {
        throw new Error('of the bus')
      },
    ],
  ])('changes keys even when the bus %s, reports it, and can be closed', async (_, publish) => {
    const wires = hub()
    const { here, id, code } = await make({}, { ...wires, bus: { ...wires.bus, publish } })
    await here.keyring.revoke(id)
    expect(await code(here)).toBe('api_key_revoked')
    const closed = here.keyring.close()
    await vi.advanceTimersByTimeAsync(2_000)
    await closed
    expect(here.events).toContainEqual({ type: 'cache.not_told', keyId: id, error: expect.any(Error) })
  })

  it('drops a key, and sends a message, also after a change that may have been committed', async () => {
    const { here, store, id, code } = await make()
    expect(await code()).toBe('ok')
    here.storage.stubs.change = async (...args) => {
      await store.change(...args)
      throw new Error('ECONNRESET')
    }
    await expect(here.keyring.revoke(id)).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(await code()).toBe('api_key_revoked')
  })

  it('stops listening when it is closed', async () => {
    const { there, wires } = await make()
    expect(wires.listeners).toBe(2)
    await there.keyring.close()
    expect(wires.listeners).toBe(1)
  })

  it.each<[string, unknown]>([
    ['mode', { ttlMs, bus: hub().bus }],
    ['mode', { mode: 'strict', ttlMs, bus: hub().bus }],
    ['mode', null],
    ...[undefined, 0, 0.5, 5_001, Number.NaN, '5'].map((wrong): [string, unknown] => [
      'ttlMs',
      { mode: 'bounded', ttlMs: wrong, bus: hub().bus },
    ]),
    ['bus', { mode: 'bounded', ttlMs }],
    ['bus', { mode: 'bounded', ttlMs, bus: { publish: () => {} } }],
  ])('is refused with a wrong %s (%o)', (field, cache) => {
    // @ts-expect-error wrong on purpose
    expect(() => open({ cache })).toThrow(`Option cache.${field} must be `)
  })

  it('starts listening only when all options are valid', () => {
    const wires = hub()
    expect(() => open({ cache: { mode: 'bounded', ttlMs, bus: wires.bus }, usageFlushMs: 1 })).toThrow('usageFlushMs')
    expect(wires.listeners).toBe(0)
  })
})
