import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { boundedCache } from '../../src/cache/bounded-cache.js'
import type { Found } from '../../src/store/key-store.js'
import type { KeyRecord, StoredStatus } from '../../src/values/key.js'

const ttlMs = 1_000

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** As much of a record as the cache looks at. */
function found(id: string, version = 1, status: StoredStatus = 'active'): Found {
  return { record: { id, version, status } as KeyRecord, now: new Date() } // nothing else is read here
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

describe('a bounded cache', () => {
  it('keeps 10000 keys, and drops the least recently used first (FI-36)', async () => {
    const read = vi.fn(async (id: string) => found(id))
    const cache = boundedCache(read, ttlMs)
    cache.use(true)
    for (let index = 0; index < 10_000; index++) await cache.find(`k${index}`)
    await cache.find('k0')
    await cache.find('new')
    expect(read).toHaveBeenCalledTimes(10_001)
    for (const id of ['k0', 'k2', 'k9999', 'new']) await cache.find(id)
    expect(read).toHaveBeenCalledTimes(10_001)
    await cache.find('k1')
    expect(read).toHaveBeenCalledTimes(10_002)
  })

  it('ends an entry by whichever clock has moved further, for a machine may have slept', async () => {
    const read = vi.fn(async (id: string) => found(id))
    const cache = boundedCache(read, ttlMs)
    cache.use(true)
    await cache.find('k')
    vi.setSystemTime(Date.now() - 3_600_000) // the clock was set back: the entry lives no longer for it
    vi.advanceTimersByTime(ttlMs - 1)
    await cache.find('k')
    expect(read).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(1)
    await cache.find('k')
    expect(read).toHaveBeenCalledTimes(2)
    vi.setSystemTime(Date.now() + ttlMs) // the clock moves, and no timer
    await cache.find('k')
    expect(read).toHaveBeenCalledTimes(3)
  })

  it('starts a new read when the one before never ends', async () => {
    const read = vi.fn(async (id: string) => found(id))
    read.mockReturnValueOnce(new Promise(() => {}))
    const cache = boundedCache(read, ttlMs)
    cache.use(true)
    void cache.find('k')
    vi.advanceTimersByTime(ttlMs)
    expect(await cache.find('k')).toMatchObject({ record: { id: 'k' } })
    await cache.find('k')
    expect(read).toHaveBeenCalledTimes(2)
  })

  it.each<[string, unknown]>([
    ['nothing', null],
    ['another key', found('other')],
    ['a text', 'record'],
  ])('passes on %s, and does not keep it', async (_, answer) => {
    const read = vi.fn(async () => answer as Found | null) // wrong on purpose
    const cache = boundedCache(read, ttlMs)
    cache.use(true)
    for (const _ of [1, 2]) expect(await cache.find('k')).toBe(answer)
    expect(read).toHaveBeenCalledTimes(2)
  })

  it('keeps no failure, and passes it to all who waited for that read', async () => {
    const failure = new Error('ECONNRESET')
    const read = vi.fn<(id: string) => Promise<Found | null>>()
    read.mockImplementation(async () => {
      await sleep(10)
      throw failure
    })
    const cache = boundedCache(read, ttlMs)
    cache.use(true)
    const asked = Promise.allSettled([cache.find('k'), cache.find('k'), cache.find('k')])
    await vi.advanceTimersByTimeAsync(20)
    expect((await asked).map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([
      failure,
      failure,
      failure,
    ])
    expect(read).toHaveBeenCalledTimes(2)
    read.mockImplementation(async (id) => found(id))
    expect(await cache.find('k')).not.toBeNull()
  })

  it.each(['revoked', 'deleted'] as const)('never puts an active key in place of a %s one (CONS-5)', async (end) => {
    const read = vi.fn(async (id: string) => found(id, 2, end))
    const cache = boundedCache(read, ttlMs)
    cache.use(true)
    await cache.find('k')
    read.mockImplementation(async (id) => found(id, 1)) // a store that answers from its past
    cache.forget('k')
    for (const times of [2, 3]) {
      await cache.find('k')
      expect(read).toHaveBeenCalledTimes(times)
    }
    read.mockImplementation(async (id) => found(id, 2, end))
    await cache.find('k')
    expect(await cache.find('k')).toMatchObject({ record: { status: end } })
    expect(read).toHaveBeenCalledTimes(4)
  })

  // The promise of CONS-3, CONS-8, FI-16, FI-17 and FI-37 as one law, over any order of changes, messages (lost, late, twice),
  // lost connections, slow reads and questions.
  it('answers nothing older than its time, the last message, or a lost connection', async () => {
    const ask = fc.record({ do: fc.constant('ask' as const), readMs: fc.constantFrom(0, 20, 400, 1_100) })
    const step = fc.oneof(
      { weight: 4, arbitrary: ask },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 30, 500, 1_000) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('change' as const, 'message' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('break' as const, 'mend' as const) }) },
    )
    const total = { asked: 0, read: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        const history = [{ at: -ttlMs, version: 1 }]
        const versionAt = (at: number) => history.findLast((one) => one.at <= at)?.version ?? 0
        const current = () => versionAt(Number.POSITIVE_INFINITY)
        let readMs = 0
        const cache = boundedCache(async (id) => {
          total.read += 1
          const takesMs = readMs
          const answer = found(id, current()) // read at the beginning, handed over late
          await sleep(takesMs)
          return answer
        }, ttlMs)
        cache.use(true)
        let isUp = true
        let leastVersion = 0
        const asked: Promise<void>[] = []
        for (const one of steps) {
          if (one.do === 'change') history.push({ at: performance.now(), version: current() + 1 })
          if (one.do === 'message') {
            cache.forget('k')
            leastVersion = current()
          }
          if (one.do === 'break' || one.do === 'mend') {
            isUp = one.do === 'mend'
            cache.use(isUp)
            leastVersion = current()
          }
          if (one.do === 'wait') await vi.advanceTimersByTimeAsync(one.ms)
          if (one.do === 'ask') {
            readMs = one.readMs
            // Of a change at the very moment, either side may be seen.
            const least = Math.max(isUp ? versionAt(performance.now() - ttlMs) : current(), leastVersion)
            total.asked += 1
            const answer = Promise.resolve(cache.find('k')).then((result) => {
              expect(result?.record.version).toBeGreaterThanOrEqual(least)
            })
            asked.push(answer)
            await vi.advanceTimersByTimeAsync(0)
          }
        }
        await vi.advanceTimersByTimeAsync(100_000)
        await Promise.all(asked)
      }),
    )
    expect(total.read).toBeLessThan(total.asked)
  })
})
