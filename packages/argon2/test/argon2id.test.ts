import { setImmediate } from 'node:timers/promises'
import { InvalidOptions } from '@keywright/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import vectors from '../../core/test/vectors/crypto.json' with { type: 'json' }
import { type Argon2idOptions, argon2id, HasherBusy } from '../src/index.js'
import { parseHash } from '../src/phc-string.js'
import { engine } from './engine.js'

const { argon2id: stored, argon2id_phc_spec: peppered, hmac_p1 } = vectors.hash
const input = { id: vectors.hash.id, token: vectors.hash.token }
const wrong = { ...input, token: `${input.token.slice(0, -1)}X` }

const hasher = argon2id()
const match = (index: number, stale = false) => ({ outcome: 'match', index, stale })
const mismatch = { outcome: 'mismatch' }
const misconfigured = (index: number) => ({ outcome: 'misconfigured', index })

const made = vi.spyOn(engine, 'hashRaw')
afterEach(() => {
  made.mockClear()
})

describe('argon2id', () => {
  it('recognises the token of the vectors, and no other', async () => {
    expect(await hasher.verify([stored], input)).toEqual(match(0))
    expect(await hasher.verify([stored], wrong)).toEqual(mismatch)
    expect(await hasher.verify([peppered], { id: 'a', token: 'hunter2' })).toEqual(mismatch)
    expect(await hasher.verify([], input)).toEqual(mismatch)
  })

  it('makes hashes that it recognises, each with a salt of its own', async () => {
    const [first, second] = [await hasher.hash(input), await hasher.hash(input)]
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(first.split('$')[4]).not.toBe(second.split('$')[4])
    expect(await hasher.verify([first], input)).toEqual(match(0))
    expect(await hasher.verify([first], wrong)).toEqual(mismatch)
    // Read by the engine itself: the strings are everybody's.
    expect(await engine.verify(first, input.token)).toBe(true)
  })

  it('says what its hashes begin with', async () => {
    expect(hasher).toMatchObject({ currentPrefix: '$argon2id$v=19$m=19456,t=2,p=1$', pepperIds: [] })
    expect(hasher.prefixes).toEqual(['$argon2id$v=19$'])
    expect(hasher.sharesKeyWith(Buffer.alloc(32))).toBe(false)
    const other = argon2id({ memoryKiB: 7_168, iterations: 5, parallelism: 2 })
    expect(other.currentPrefix).toBe('$argon2id$v=19$m=7168,t=5,p=2$')
    expect(await other.hash(input)).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=2\$/)
  })

  it.each([
    ['cheaper', 'weak token', 8, 1, 16],
    ['dearer', input.token, 65_536, 3, 16],
    ['with little salt', input.token, 19_456, 2, 8],
  ])('reports a hash that is %s as stale (HASH-4)', async (_, token, memoryCost, timeCost, saltBytes) => {
    const text = await engine.hash(token, { memoryCost, timeCost, parallelism: 1, salt: Buffer.alloc(saltBytes, 7) })
    expect(await hasher.verify([text], { id: 'a', token })).toEqual(match(0, true))
    expect(await hasher.verify([text], wrong)).toEqual(mismatch)
  })

  it('tells which of two hashes matched', async () => {
    const other = await hasher.hash(wrong)
    expect(await hasher.verify([stored, other], input)).toEqual(match(0))
    expect(await hasher.verify([other, stored], input)).toEqual(match(1))
  })

  it('reports what it cannot read only where nothing matched (HASH-1)', async () => {
    expect(await hasher.verify(['', stored], input)).toEqual(match(1))
    expect(await hasher.verify([stored, ''], input)).toEqual(match(0))
    expect(await hasher.verify([stored, hmac_p1], wrong)).toEqual(misconfigured(1))
    expect(await hasher.verify(['', hmac_p1], input)).toEqual(misconfigured(0))
  })

  it('does no work for a row that asks for too much (T7)', async () => {
    const hostile = stored.replace('m=19456', 'm=4194304')
    expect(await hasher.verify([hostile], input)).toEqual(misconfigured(0))
    expect(made).not.toHaveBeenCalled()
  })

  it('does the same work for a right token, a wrong token and no key at all (HASH-7)', async () => {
    const work = async (run: () => unknown) => {
      made.mockClear()
      await run()
      return made.mock.calls.map(([, options]) => ({ ...options, salt: options?.salt?.length }))
    }
    const one = await work(() => hasher.verify([stored], input))
    expect(one).toEqual([expect.objectContaining({ memoryCost: 19_456, timeCost: 2, parallelism: 1, salt: 16 })])
    expect(await work(() => hasher.verify([stored], wrong))).toEqual(one)
    expect(await work(() => hasher.dummy(input))).toEqual(one)
  })
})

describe('under load (HASH-10, ASVS 15.2.2)', () => {
  const busy = { status: 'rejected', reason: expect.any(HasherBusy) }

  it.each([
    ['verify', (narrow: typeof hasher) => narrow.verify([stored], input)],
    ['hash', (narrow: typeof hasher) => narrow.hash(input)],
    ['dummy', (narrow: typeof hasher) => narrow.dummy(input)],
  ])('%s: as many as may run and wait are done, the others refused before those are', async (_, call) => {
    const narrow = argon2id({ concurrency: 1, maxQueue: 2 })
    const order: string[] = []
    const calls = Array.from({ length: 10 }, async () => {
      try {
        await call(narrow)
        order.push('done')
      } catch (error) {
        order.push('refused')
        throw error
      }
    })
    expect((await Promise.allSettled(calls)).slice(3)).toEqual(Array(7).fill(busy))
    expect(order).toEqual([...Array(7).fill('refused'), ...Array(3).fill('done')])
    expect(made).toHaveBeenCalledTimes(3)
    // The queue is empty again.
    expect(await narrow.verify([stored], input)).toEqual(match(0))
  })

  it('makes as many at a time as it may, and no more', async () => {
    const slow = argon2id({ concurrency: 2, memoryKiB: 65_536, iterations: 4 })
    const calls = Array.from({ length: 4 }, () => slow.dummy(input))
    expect(made).toHaveBeenCalledTimes(2)
    await Promise.all(calls)
    expect(made).toHaveBeenCalledTimes(4)
  })

  it('makes no more at a time than Node’s pool has threads, where nothing else is said, with 32 waiting for each', async () => {
    vi.stubEnv('UV_THREADPOOL_SIZE', '1')
    const unset = argon2id()
    vi.unstubAllEnvs()
    const settled = await Promise.allSettled(Array.from({ length: 40 }, () => unset.dummy(input)))
    expect(settled.filter(({ status }) => status === 'rejected')).toEqual(Array(7).fill(busy))
  })

  it('refuses no verification half-way: two hashes of one key take one place', async () => {
    const narrow = argon2id({ concurrency: 1, maxQueue: 0 })
    const other = await hasher.hash(wrong)
    const first = narrow.verify([other, stored], input)
    await expect(narrow.verify([stored], input)).rejects.toThrow(HasherBusy)
    expect(await first).toEqual(match(1))
  })

  it('keeps no place for a row that cannot be read, and needs none', async () => {
    const narrow = argon2id({ concurrency: 1, maxQueue: 0 })
    const first = narrow.verify([stored], input)
    expect(await narrow.verify(['damaged'], input)).toEqual(misconfigured(0))
    expect(await first).toEqual(match(0))
  })

  it('leaves the event loop free', async () => {
    const slow = argon2id({ memoryKiB: 65_536, iterations: 4 })
    let done = false
    const hashing = Promise.resolve(slow.hash(input)).finally(() => {
      done = true
    })
    let turns = 0
    for (; !done; turns += 1) await setImmediate()
    await hashing
    expect(turns).toBeGreaterThan(50)
  })

  it('says that it was busy, and nothing of the token', async () => {
    const narrow = argon2id({ concurrency: 1, maxQueue: 0 })
    const first = narrow.dummy(input)
    const refused = await Promise.resolve(narrow.dummy(input)).catch((error: unknown) => error)
    expect(refused).toMatchObject({ name: 'HasherBusy', code: 'hasher_busy' })
    expect(String(refused)).not.toContain(input.token)
    await first
  })
})

describe('options', () => {
  it('may be as high as the ceiling, and what they make is read again', () => {
    const { currentPrefix } = argon2id({ memoryKiB: 131_072, iterations: 10, parallelism: 16 })
    expect(parseHash(stored.replace(hasher.currentPrefix, currentPrefix))).not.toBeNull()
  })

  it.each<[number, number]>([
    [47_104, 1],
    [19_456, 2],
    [12_288, 3],
    [9_216, 4],
    [7_168, 5],
  ])('may be %i KiB with %i iterations; less of what is a minimum is refused', (memoryKiB, iterations) => {
    expect(argon2id({ memoryKiB, iterations }).currentPrefix).toContain(`m=${memoryKiB},t=${iterations},`)
    for (const weaker of [
      { memoryKiB: memoryKiB - 1, iterations },
      { memoryKiB, iterations: iterations - 1 },
    ]) {
      expect(() => argon2id(weaker)).toThrow(InvalidOptions)
    }
  })

  it.each<[keyof Argon2idOptions, readonly unknown[]]>([
    ['memoryKiB', [0, -1, 7_167, 131_073, 19_456.5, Number.NaN, Number.POSITIVE_INFINITY, '19456', null]],
    ['iterations', [0, 11, 2.5, '2']],
    ['parallelism', [0, 17, 1.5, '1']],
    ['concurrency', [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1_025]],
    ['maxQueue', [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 100_001]],
  ])('of %s that make no sense are refused by name', (field, values) => {
    for (const value of values) {
      expect(() => argon2id({ [field]: value })).toThrow(expect.objectContaining({ field: `hasher.${field}` }))
    }
  })
})
