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
  it('matches the token of the test vectors, and no other', async () => {
    expect(await hasher.verify([stored], input)).toEqual(match(0))
    expect(await hasher.verify([stored], wrong)).toEqual(mismatch)
    expect(await hasher.verify([peppered], { id: 'a', token: 'hunter2' })).toEqual(mismatch)
    expect(await hasher.verify([], input)).toEqual(mismatch)
  })

  it('makes hashes that it matches, each with a new salt', async () => {
    const [first, second] = [await hasher.hash(input), await hasher.hash(input)]
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(first.split('$')[4]).not.toBe(second.split('$')[4])
    expect(await hasher.verify([first], input)).toEqual(match(0))
    expect(await hasher.verify([first], wrong)).toEqual(mismatch)
    // The engine itself can verify the string, as other libraries can.
    expect(await engine.verify(first, input.token)).toBe(true)
  })

  it('reports the prefixes of its hashes', async () => {
    expect(hasher).toMatchObject({ currentPrefix: '$argon2id$v=19$m=19456,t=2,p=1$', pepperIds: [] })
    expect(hasher.prefixes).toEqual(['$argon2id$v=19$'])
    expect(hasher.sharesKeyWith(Buffer.alloc(32))).toBe(false)
    const other = argon2id({ memoryKiB: 7_168, iterations: 5, parallelism: 2 })
    expect(other.currentPrefix).toBe('$argon2id$v=19$m=7168,t=5,p=2$')
    expect(await other.hash(input)).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=2\$/)
  })

  it.each([
    ['cheaper', 'weak token', 8, 1, 16],
    ['more expensive', input.token, 65_536, 3, 16],
    ['with little salt', input.token, 19_456, 2, 8],
  ])('reports a hash that is %s as stale (HASH-4)', async (_, token, memoryCost, timeCost, saltBytes) => {
    const text = await engine.hash(token, { memoryCost, timeCost, parallelism: 1, salt: Buffer.alloc(saltBytes, 7) })
    expect(await hasher.verify([text], { id: 'a', token })).toEqual(match(0, true))
    expect(await hasher.verify([text], wrong)).toEqual(mismatch)
  })

  it('returns the index of the hash that matched', async () => {
    const other = await hasher.hash(wrong)
    expect(await hasher.verify([stored, other], input)).toEqual(match(0))
    expect(await hasher.verify([other, stored], input)).toEqual(match(1))
  })

  it('reports a hash that it cannot parse only when nothing matched (HASH-1)', async () => {
    expect(await hasher.verify(['', stored], input)).toEqual(match(1))
    expect(await hasher.verify([stored, ''], input)).toEqual(match(0))
    expect(await hasher.verify([stored, hmac_p1], wrong)).toEqual(misconfigured(1))
    expect(await hasher.verify(['', hmac_p1], input)).toEqual(misconfigured(0))
  })

  it('computes nothing at a stored cost above the ceiling (T7)', async () => {
    const hostile = stored.replace('m=19456', 'm=4194304')
    expect(await hasher.verify([hostile], input)).toEqual(misconfigured(0))
    expect(made.mock.calls.map(([, options]) => options?.memoryCost ?? 0)).not.toContain(4_194_304)
  })

  it('does the same work for a wrong token and an unknown key (HASH-7)', async () => {
    const hasher = argon2id()
    const work = async (run: () => unknown) => {
      made.mockClear()
      await run()
      return made.mock.calls.map(([, options]) => ({ ...options, salt: options?.salt?.length }))
    }
    const one = expect.objectContaining({ memoryCost: 19_456, timeCost: 2, parallelism: 1, salt: 16 })
    expect(await work(() => hasher.verify([stored], input))).toEqual([one])
    const two = await work(() => hasher.verify([stored], wrong))
    expect(two).toEqual([one, one])
    expect(await work(() => hasher.dummy(input))).toEqual(two)
  })
})

describe('under load (HASH-10, ASVS 15.2.2)', () => {
  const busy = { status: 'rejected', reason: expect.any(HasherBusy) }

  it.each([
    ['verify', 1, (narrow: typeof hasher) => narrow.verify([stored], input)],
    ['hash', 1, (narrow: typeof hasher) => narrow.hash(input)],
    ['dummy', 2, (narrow: typeof hasher) => narrow.dummy(input)],
  ])('%s completes the calls that may run and wait, and rejects the others first', async (_, hashes, call) => {
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
    expect(made).toHaveBeenCalledTimes(3 * hashes)
    // The queue is empty again.
    expect(await narrow.verify([stored], input)).toEqual(match(0))
  })

  it('runs as many hashes at a time as concurrency allows', async () => {
    const slow = argon2id({ concurrency: 2, memoryKiB: 65_536, iterations: 4 })
    const calls = Array.from({ length: 4 }, () => slow.hash(input))
    expect(made).toHaveBeenCalledTimes(2)
    await Promise.all(calls)
    expect(made).toHaveBeenCalledTimes(4)
  })

  it('runs one hash for each thread of Node’s pool by default, with 32 waiting for each', async () => {
    vi.stubEnv('UV_THREADPOOL_SIZE', '1')
    const unset = argon2id()
    vi.unstubAllEnvs()
    const settled = await Promise.allSettled(Array.from({ length: 40 }, () => unset.dummy(input)))
    expect(settled.filter(({ status }) => status === 'rejected')).toEqual(Array(7).fill(busy))
  })

  it('verifies two hashes of one key in one turn, and never rejects half-way', async () => {
    const narrow = argon2id({ concurrency: 1, maxQueue: 0 })
    const other = await hasher.hash(wrong)
    const first = narrow.verify([other, stored], input)
    await expect(narrow.verify([stored], input)).rejects.toThrow(HasherBusy)
    expect(await first).toEqual(match(1))
  })

  it('rejects for a hash that it cannot parse as well, when the queue is full', async () => {
    const narrow = argon2id({ concurrency: 1, maxQueue: 0 })
    const first = narrow.verify([stored], input)
    await expect(narrow.verify(['damaged'], input)).rejects.toThrow(HasherBusy)
    expect(await first).toEqual(match(0))
    expect(await narrow.verify(['damaged'], input)).toEqual(misconfigured(0))
  })

  it('does not block the event loop', async () => {
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

  it('rejects with HasherBusy, which holds nothing of the token', async () => {
    const narrow = argon2id({ concurrency: 1, maxQueue: 0 })
    const first = narrow.dummy(input)
    const refused = await Promise.resolve(narrow.dummy(input)).catch((error: unknown) => error)
    expect(refused).toMatchObject({ name: 'HasherBusy', code: 'hasher_busy' })
    expect(String(refused)).not.toContain(input.token)
    await first
  })
})

describe('options', () => {
  it('accept the ceiling, and hashes at that cost can be parsed', () => {
    const { currentPrefix } = argon2id({ memoryKiB: 131_072, iterations: 10, parallelism: 16 })
    expect(parseHash(stored.replace(hasher.currentPrefix, currentPrefix))).not.toBeNull()
  })

  it.each<[number, number]>([
    [47_104, 1],
    [19_456, 2],
    [12_288, 3],
    [9_216, 4],
    [7_168, 5],
  ])('accept %i KiB with %i iterations, and reject less of either', (memoryKiB, iterations) => {
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
  ])('reject a wrong %s by name', (field, values) => {
    for (const value of values) {
      expect(() => argon2id({ [field]: value })).toThrow(expect.objectContaining({ field: `hasher.${field}` }))
    }
  })

  it('take costs of earlier hashes, which may be below the minima and not above the ceiling', () => {
    const earlier = { memoryKiB: 8, iterations: 1 }
    expect(argon2id({ earlierCosts: [earlier, {}, { parallelism: 2 }] }).currentPrefix).toBe(hasher.currentPrefix)
    const wrong: [string, unknown][] = [
      ['hasher.earlierCosts', null],
      ['hasher.earlierCosts', {}],
      ['hasher.earlierCosts', [earlier, earlier, earlier, earlier]],
      ['hasher.earlierCosts[1]', [earlier, null]],
      ['hasher.earlierCosts[0].iterations', [{ iterations: 11 }]],
      ['hasher.earlierCosts[0].memoryKiB', [{ memoryKiB: 8, parallelism: 2 }]],
      ['hasher.earlierCosts[0].iteration', [{ iteration: 4 }]],
    ]
    for (const [field, earlierCosts] of wrong) {
      expect(() => argon2id({ earlierCosts } as Argon2idOptions)).toThrow(expect.objectContaining({ field }))
    }
  })

  const names = 'memoryKiB, iterations, parallelism, earlierCosts, concurrency, maxQueue'
  it.each<[string, unknown, string]>([
    ['a misspelt memoryKiB', { memoryKB: 65_536 }, 'Unknown option hasher.memoryKB. Did you mean hasher.memoryKiB?'],
    ['a misspelt iterations', { iteration: 4 }, 'Unknown option hasher.iteration. Did you mean hasher.iterations?'],
    ['a misspelt parallelism', { paralelism: 2 }, 'Unknown option hasher.paralelism. Did you mean hasher.parallelism?'],
    ['a misspelt concurrency', { concurency: 1 }, 'Unknown option hasher.concurency. Did you mean hasher.concurrency?'],
    ['a misspelt maxQueue', { maxQeue: 0 }, 'Unknown option hasher.maxQeue. Did you mean hasher.maxQueue?'],
    ['null', null, `Option hasher must be an object with some of: ${names}.`],
    ['a number', 65_536, `Option hasher must be an object with some of: ${names}.`],
  ])('are refused when they are %s, and nothing is hashed', (_, options, message) => {
    // @ts-expect-error wrong on purpose
    expect(() => argon2id(options)).toThrow(expect.objectContaining({ code: 'invalid_options', message }))
    expect(made).not.toHaveBeenCalled()
  })
})
