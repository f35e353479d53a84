import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { hmacSha256 } from '../../src/crypto/hmac-sha256.js'
import { sha256 } from '../../src/crypto/sha256.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import { auditOf, good, open, peppers, recordOf, start, write, wrong } from '../support/setup.js'

const today = hmacSha256({ current: 'p2', peppers })

/** A key whose hash is by `yesterday`, and a keyring that hashes by today's pepper. */
async function make(yesterday = hmacSha256({ current: 'p1', peppers })) {
  const store = memoryStore({ now: () => new Date(start) })
  const before = open({ store, hasher: yesterday })
  const { key, token } = await before.keyring.create(good)
  return { ...open({ store, hasher: today }), store, id: key.id, token: token.reveal() }
}

const failure = new Error('read only')

describe('a hash that is not made with the current pepper (HASH-4)', () => {
  it.each([
    ['another pepper', hmacSha256({ current: 'p1', peppers })],
    ['no pepper', sha256()],
  ])('but with %s is replaced once, by two verifications at the same time', async (_, yesterday) => {
    const { keyring, store, storage, id, token } = await make(yesterday)
    const before = await recordOf(store, id)
    const outcomes: boolean[] = []
    storage.stubs.replaceHash = async (...args) => {
      const replaced = await store.replaceHash(...args)
      outcomes.push(replaced)
      return replaced
    }
    const verdicts = await Promise.all([keyring.verify(token), keyring.verify(token)])
    expect(verdicts.map(({ ok }) => ok)).toEqual([true, true])
    await keyring.close()
    expect(outcomes).toEqual([true])

    const after = await recordOf(store, id)
    expect(after.hash?.startsWith(today.currentPrefix)).toBe(true)
    expect(after).toEqual({ ...before, hash: after.hash, lastUsedAt: after.lastUsedAt })
    expect(await auditOf(store)).toHaveLength(1)
    expect((await keyring.verify(token)).ok).toBe(true)
    expect(storage.calls.filter((name) => name === 'replaceHash')).toHaveLength(1)
  })

  it.each<[string, (made: Awaited<ReturnType<typeof make>>) => unknown]>([
    [
      'throws',
      ({ storage }) => {
        storage.stubs.replaceHash = () => {
          throw failure
        }
      },
    ],
    [
      'rejects',
      ({ storage }) => {
        storage.stubs.replaceHash = () => Promise.reject(failure)
      },
    ],
    [
      'cannot be computed',
      ({ hashing }) => {
        hashing.stubs.hash = () => Promise.reject(failure)
      },
    ],
  ])('lets the key in when replacing it %s, and the host is told', async (_, spoil) => {
    const made = await make()
    spoil(made)
    expect((await made.keyring.verify(made.token)).ok).toBe(true)
    await made.keyring.close()
    expect(made.events).toEqual([{ type: 'api_key.rehash_failed', keyId: made.id, error: failure }])
  })

  it('is replaced without delaying the answer, and close() waits for it', async () => {
    const { keyring, store, storage, id, token } = await make()
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    storage.stubs.replaceHash = async (...args) => {
      await gate
      return store.replaceHash(...args)
    }
    expect((await keyring.verify(token)).ok).toBe(true)
    let closed = false
    const closing = keyring.close().then(() => {
      closed = true
    })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(closed).toBe(false)
    release()
    await closing
    expect((await recordOf(store, id)).hash?.startsWith(today.currentPrefix)).toBe(true)
  })

  it('is renewed once, however many requests come with it at once, while it goes on and after it (FI-41)', async () => {
    const { keyring, store, storage, hashing, id, token } = await make()
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    storage.stubs.replaceHash = async (...args) => {
      await gate
      return store.replaceHash(...args)
    }
    // A read from before the renewal, for each request.
    const { record } = (await store.find(id)) ?? expect.unreachable()
    storage.stubs.find = async () => ({ record: structuredClone(record), now: new Date(start) })
    const ask = async () => {
      const verdicts = await Promise.all(Array.from({ length: 200 }, () => keyring.verify(token)))
      expect(verdicts.every(({ ok }) => ok)).toBe(true)
    }
    await ask()
    release()
    await ask()
    await keyring.close()
    expect(hashing.calls.filter((name) => name === 'hash')).toHaveLength(1)
    expect(storage.calls.filter((name) => name === 'replaceHash')).toHaveLength(1)
  })

  it('that cannot be renewed is tried once a minute, and told once a minute', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { keyring, storage, events, token } = await make()
    storage.stubs.replaceHash = () => Promise.reject(failure)
    for (let minute = 1; minute < 4; minute += 1) {
      for (let count = 0; count < 50; count += 1) expect((await keyring.verify(token)).ok).toBe(true)
      expect(events.filter(({ type }) => type === 'api_key.rehash_failed')).toHaveLength(minute)
      await vi.advanceTimersByTimeAsync(60_000)
    }
  })

  it('gives way to a hash that was written meanwhile', async () => {
    const { keyring, store, storage, id, token } = await make()
    const written = String(await today.hash({ id, token: wrong(token) }))
    storage.stubs.replaceHash = async (...args) => {
      await write(store, id, { hash: written })
      return store.replaceHash(...args)
    }
    await keyring.verify(token)
    await keyring.close()
    expect((await recordOf(store, id)).hash).toBe(written)
  })

  it('stays when the request is refused, or when it is the hash before a rotation', async () => {
    const { keyring, store, storage, id, token } = await make()
    await keyring.verify(wrong(token))
    await keyring.disable(id)
    await keyring.verify(token)
    await keyring.enable(id)
    const { hash } = await recordOf(store, id)
    const current = await today.hash({ id, token: wrong(token) })
    await write(store, id, { hash: current, previousHash: hash, previousHashExpiresAt: new Date(start + 1) })
    expect((await keyring.verify(token)).ok).toBe(true)
    await keyring.close()
    expect(storage.calls).not.toContain('replaceHash')
  })
})
