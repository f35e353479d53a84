import { createKeyring, defineAccess, type Hasher, hmacSha256, memoryStore, sha256 } from '@keywright/core'
import { formatToken } from '@keywright/core/token'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Argon2idOptions, argon2id } from '../src/index.js'
import { engine } from './engine.js'

const access = defineAccess({ scopes: { 'project.read': 'See projects' } })
const owner = { type: 'user', id: 'u-1', organizationId: 'o-1' } as const
const peppers = { p1: 'a pepper of more than thirty-two bytes' }

const today = { memoryKiB: 7_168, iterations: 5 }
const lessMemory = { memoryKiB: 6_144, iterations: 5, parallelism: 1 }
const fewerPasses = { memoryKiB: 7_168, iterations: 4, parallelism: 1 }

const computed = vi.spyOn(engine, 'hashRaw')
afterEach(() => {
  computed.mockClear()
})

/** The hashes that are computed while `run` is under way: the parameters of each, in an order that does not depend on time. */
async function workOf(run: () => unknown): Promise<string[]> {
  computed.mockClear()
  await run()
  return computed.mock.calls
    .map(([, options]) => `m=${options?.memoryCost},t=${options?.timeCost},p=${options?.parallelism}`)
    .sort()
}

/** A hash of a cost that {@link argon2id} would not make any more. */
function olderHash(token: string, { memoryKiB, iterations }: typeof lessMemory): Promise<string> {
  const options = { memoryCost: memoryKiB, timeCost: iterations, parallelism: 1, salt: Buffer.alloc(16, 7) }
  return engine.hash(token, options)
}

const secret = 'a'.repeat(32)
const tokenOf = (id: string) => formatToken({ namespace: 'tk', id, secret })
const unknownId = 'nobody000000'

function open(hasher: Hasher, store = memoryStore()) {
  const keyring = createKeyring({
    prefix: 'tk',
    access,
    store,
    hasher,
    imports: {},
    resolveOwner: 'uncapped',
    onEvent: () => {},
  })
  return { keyring, store }
}

/** A keyring with keys in every state that their hashes can be in, by what is special about each. */
async function make(options: Argon2idOptions) {
  const { keyring, store } = open(argon2id(options))
  const ids: Record<string, string> = {}
  const hashesOf = async (id: string) => {
    const { hash, lookupDigest } = (await store.find(id))?.record ?? expect.fail('not stored')
    return { hash: hash ?? '', lookupDigest }
  }
  const replace = async (id: string, hash: string) => {
    const from = await hashesOf(id)
    expect(await store.replaceHash(id, from, { ...from, hash })).toBe(true)
  }
  const add = async (name: string, change: (id: string, token: string) => unknown = () => {}) => {
    const { key, token } = await keyring.create({ name, owner })
    ids[name] = key.id
    await change(key.id, token.reveal())
  }
  const rotated = { graceMs: 60_000 }
  await add('a hash of today')
  await add('a hash of less memory', async (id, token) => replace(id, await olderHash(token, lessMemory)))
  await add('a hash of fewer passes', async (id, token) => replace(id, await olderHash(token, fewerPasses)))
  await add('two hashes, in the grace of a rotation', (id) => keyring.rotate(id, rotated))
  await add('a previous hash of less memory, in its grace', async (id, token) => {
    await replace(id, await olderHash(token, lessMemory))
    await keyring.rotate(id, rotated)
  })
  await add('a retired previous hash', (id) => keyring.rotate(id))
  await add('a retired previous hash of fewer passes', async (id, token) => {
    await replace(id, await olderHash(token, fewerPasses))
    await keyring.rotate(id)
  })
  await add('a retired previous hash of another scheme', async (id, token) => {
    await replace(id, String(sha256().hash({ id, token })))
    await keyring.rotate(id)
  })
  await add('two hashes of older costs', async (id, token) => {
    await replace(id, await olderHash(token, lessMemory))
    await keyring.rotate(id, rotated)
    await replace(id, await olderHash(token, fewerPasses))
  })
  await add('a key that is disabled', (id) => keyring.disable(id))
  await add('a key that is revoked', (id) => keyring.revoke(id))
  await add('a key that is deleted', (id) => keyring.delete(id))
  await add('a hash of another scheme', async (id, token) =>
    replace(id, String(await hmacSha256({ current: 'p1', peppers }).hash({ id, token }))),
  )
  await add('a damaged hash', (id) => replace(id, 'damaged'))
  await add('a hash above the ceiling', async (id) => {
    const { hash } = await hashesOf(id)
    await replace(id, hash.replace('m=7168', 'm=4194304'))
  })
  await add('the hash of another product', (id) => replace(id, `sha256:${'0'.repeat(64)}`))
  await keyring.close()
  return { store, ids }
}

const unreadable = ['a hash of another scheme', 'a damaged hash', 'a hash above the ceiling']

describe('a wrong secret for an id (HASH-15)', () => {
  const earlierCosts = [lessMemory, fewerPasses]
  const each = (count: number, ...costs: readonly { memoryKiB: number; iterations: number }[]) =>
    costs.flatMap(({ memoryKiB, iterations }) => Array<string>(count).fill(`m=${memoryKiB},t=${iterations},p=1`)).sort()

  it('costs the same hashes as an id that nobody has, whichever hashes the key has', async () => {
    const { store, ids } = await make(today)
    const { keyring } = open(argon2id({ ...today, earlierCosts }), store)
    const unknown = await workOf(() => keyring.verify(tokenOf(unknownId)))
    expect(unknown).toEqual(each(2, today, lessMemory, fewerPasses))
    for (const [name, id] of Object.entries(ids)) {
      let verdict: unknown
      const work = await workOf(async () => {
        verdict = await keyring.verify(tokenOf(id))
      })
      expect({ name, work }).toEqual({ name, work: unknown })
      const code = unreadable.includes(name) ? 'auth_unavailable' : 'api_key_invalid'
      expect({ name, verdict }).toMatchObject({ name, verdict: { ok: false, refusal: { code } } })
    }
    expect(await workOf(() => keyring.verify(tokenOf(unknownId)))).toEqual(unknown)
    // A token of another product, which finds no key.
    expect(await workOf(() => keyring.verify('a-token-of-another-product'))).toEqual(unknown)
  })

  it('costs two hashes where no other cost is known', async () => {
    const { keyring, store } = open(argon2id(today))
    const { key } = await keyring.create({ name: 'one', owner })
    const rotated = await keyring.create({ name: 'two', owner })
    await keyring.rotate(rotated.key.id, { graceMs: 60_000 })
    const after = open(argon2id(today), store).keyring
    for (const id of [unknownId, key.id, rotated.key.id]) {
      expect(await workOf(() => after.verify(tokenOf(id)))).toEqual(each(2, today))
    }
  })

  it('costs the same as any other as soon as a hash of an older cost was met, if nobody told of it', async () => {
    const { store, ids } = await make(today)
    const { keyring } = open(argon2id(today), store)
    const { 'a hash of less memory': stale = '', 'a hash of today': current = '' } = ids
    expect(await workOf(() => keyring.verify(tokenOf(unknownId)))).toEqual(each(2, today))
    for (const id of [stale, unknownId, current, stale]) {
      expect(await workOf(() => keyring.verify(tokenOf(id)))).toEqual(each(2, today, lessMemory))
    }
  })

  it('does not make bad keys dearer and dearer: what somebody wrote into rows is learnt three times at most', async () => {
    const hasher = argon2id(today)
    const input = { id: 'a1B2c3D4e5F6', token: 'wrong' }
    const rows = [3, 2, 1].map((iterations) => olderHash('right', { ...lessMemory, iterations }))
    const dear = await olderHash('right', { ...lessMemory, iterations: 10, memoryKiB: 16_384 })
    // Far above today's cost: computed for its own key alone.
    expect(await workOf(() => hasher.verify([dear], input))).toHaveLength(3)
    expect(await workOf(() => hasher.dummy(input))).toHaveLength(2)
    for (const row of rows) await hasher.verify([await row], input)
    expect(await workOf(() => hasher.dummy(input))).toHaveLength(8)
    const another = await olderHash('right', { ...lessMemory, memoryKiB: 4_096 })
    expect(await workOf(() => hasher.verify([another], input))).toHaveLength(9)
    expect(await workOf(() => hasher.dummy(input))).toHaveLength(8)
  })

  it('gets the same answer as an unknown id while the hasher is busy, and nothing is computed', async () => {
    const { store, ids } = await make(today)
    const hasher = argon2id({ ...today, earlierCosts, concurrency: 1, maxQueue: 0 })
    const { keyring } = open(hasher, store)
    const running = hasher.dummy({ id: 'another', token: 'another', network: 'elsewhere' })
    computed.mockClear()
    for (const id of [unknownId, ...Object.values(ids)]) {
      const verdict = await keyring.verify(tokenOf(id), { ip: '203.0.113.9' })
      expect(verdict).toMatchObject({ ok: false, refusal: { code: 'auth_unavailable', reason: 'hash' } })
      expect(verdict).toMatchObject({ refusal: { cause: { code: 'hasher_busy' } } })
    }
    expect(computed).not.toHaveBeenCalled()
    await running
  })

  it('has the same share of the queue as an unknown id, from its own network and from another', async () => {
    const { store, ids } = await make(today)
    const outcomesOf = async (id: string, ip: string) => {
      const { keyring } = open(argon2id({ ...today, earlierCosts, concurrency: 1, maxQueue: 3 }), store)
      const ask = async (asked: string, from: string) => {
        const verdict = await keyring.verify(tokenOf(asked), { ip: from })
        return verdict.ok ? 'ok' : (verdict.refusal.code satisfies string)
      }
      // The same id from the same network fills the queue; then come this id, and another one.
      const others = ['other0000000', 'other0000000', 'other0000000', 'other0000000'].map((other) =>
        ask(other, '192.0.2.1'),
      )
      const outcome = [ask(id, ip), ask(id, ip), ask('another00000', ip)]
      return Promise.all([...others, ...outcome])
    }
    const { 'a hash of today': known = '', 'a retired previous hash': retired = '' } = ids
    for (const ip of ['192.0.2.1', '198.51.100.7']) {
      const unknown = await outcomesOf(unknownId, ip)
      expect(unknown).toContain('api_key_invalid')
      expect(unknown).toContain('auth_unavailable')
      expect(await outcomesOf(known, ip)).toEqual(unknown)
      expect(await outcomesOf(retired, ip)).toEqual(unknown)
    }
  })
})

describe('a right secret (HASH-15)', () => {
  it('costs as many hashes as it takes to find it, and no more', async () => {
    const { keyring, store } = open(argon2id(today))
    const { key, token } = await keyring.create({ name: 'one', owner })
    expect(await workOf(() => keyring.verify(token.reveal()))).toHaveLength(1)
    const next = await keyring.rotate(key.id, { graceMs: 60_000 })
    expect(await workOf(() => keyring.verify(next.token.reveal()))).toHaveLength(1)
    expect(await workOf(() => keyring.verify(token.reveal()))).toHaveLength(2)
    expect(await keyring.verify(token.reveal())).toMatchObject({ ok: true, principal: { token: 'previous' } })
    expect((await store.find(key.id))?.record.previousHash).not.toBeNull()
  })
})
