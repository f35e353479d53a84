import { describe, expect, it } from 'vitest'
import { hmacSha256, memoryStore, sha256 } from '../../src/index.js'
import { auditOf, good, open, peppers, recordOf, start, write, wrong } from './setup.js'

const today = hmacSha256({ current: 'p2', peppers })

/** A key whose hash is by `yesterday`, and a keyring that hashes by today's pepper. */
async function make(yesterday = hmacSha256({ current: 'p1', peppers })) {
  const store = memoryStore({ now: () => new Date(start) })
  const before = open({ store, hasher: yesterday })
  const { key, token } = await before.keyring.create(good)
  return { ...open({ store, hasher: today }), store, id: key.id, token: token.reveal() }
}

const failure = new Error('read only')

describe('a hash that is not by today’s pepper (HASH-4)', () => {
  it.each([
    ['another pepper', hmacSha256({ current: 'p1', peppers })],
    ['no pepper', sha256()],
  ])('but by %s is upgraded once, by two verifications at the same time', async (_, yesterday) => {
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
    // The second finds another hash than the one it read.
    expect(outcomes).toEqual([true, false])

    const after = await recordOf(store, id)
    expect(after.hash?.startsWith(today.currentPrefix)).toBe(true)
    expect(after).toEqual({ ...before, hash: after.hash, lastUsedAt: after.lastUsedAt })
    expect(await auditOf(store)).toHaveLength(1)
    expect((await keyring.verify(token)).ok).toBe(true)
    await keyring.close()
    expect(outcomes).toHaveLength(2)
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
  ])('lets the key in where the upgrade %s, and tells the host', async (_, spoil) => {
    const made = await make()
    spoil(made)
    expect((await made.keyring.verify(made.token)).ok).toBe(true)
    await made.keyring.close()
    expect(made.events).toEqual([{ type: 'api_key.rehash_failed', keyId: made.id, error: failure }])
  })

  it('delays no answer; close() waits for the upgrade', async () => {
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

  it('stays where the request is refused, or the hash is the one before a rotation', async () => {
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
