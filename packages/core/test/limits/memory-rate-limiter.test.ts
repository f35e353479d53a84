import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryRateLimiter } from '../../src/limits/memory-rate-limiter.js'
import type { RateLimitPolicy, RateLimitVerdict } from '../../src/limits/rate-limiter.js'

const perMinute: RateLimitPolicy = { name: 'minute', limit: 5, windowMs: 60_000 }
const perHour: RateLimitPolicy = { name: 'hour', limit: 8, windowMs: 3_600_000 }

const remaining = ({ states }: RateLimitVerdict) => states.map((state) => state.remaining)

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('memoryRateLimiter', () => {
  it('admits until nothing is left, then tells how long to wait (HTTP-12)', async () => {
    const limiter = memoryRateLimiter()
    for (const left of [4, 3, 2, 1, 0]) {
      const verdict = await limiter.take('k1', [perMinute], 1)
      expect(verdict).toEqual({
        admitted: true,
        states: [{ policy: perMinute, remaining: left, resetMs: 60_000 - (4 - left) * 1_000 }],
        degraded: false,
      })
      vi.advanceTimersByTime(1_000)
    }
    expect(await limiter.take('k1', [perMinute], 1)).toEqual({
      admitted: false,
      violated: ['minute'],
      retryAfterMs: 55_000,
      states: [{ policy: perMinute, remaining: 0, resetMs: 55_000 }],
      degraded: false,
    })
    expect((await limiter.take('k2', [perMinute], 1)).admitted).toBe(true)

    vi.advanceTimersByTime(54_999)
    expect((await limiter.take('k1', [perMinute], 1)).admitted).toBe(false)
    vi.advanceTimersByTime(1)
    expect((await limiter.take('k1', [perMinute], 1)).admitted).toBe(true)
  })

  it('admits exactly the limit out of 200 calls at once (RATE-4)', async () => {
    const limiter = memoryRateLimiter()
    const fifty = { ...perMinute, limit: 50 }
    const wide = { ...perHour, limit: 1_000 }
    const verdicts = await Promise.all(Array.from({ length: 200 }, () => limiter.take('k1', [wide, fifty], 1)))
    expect(verdicts.filter(({ admitted }) => admitted)).toHaveLength(50)
    expect(remaining(await limiter.take('k1', [wide, fifty], 0))).toEqual([950, 0])
  })

  it('takes from all policies or from none, and tells the longest wait (RATE-9)', async () => {
    const limiter = memoryRateLimiter()
    expect(remaining(await limiter.take('k1', [perMinute, perHour], 5))).toEqual([0, 3])
    expect(await limiter.take('k1', [perMinute, perHour], 1)).toMatchObject({
      violated: ['minute'],
      retryAfterMs: 60_000,
      states: [{ remaining: 0 }, { remaining: 3 }],
    })
    vi.advanceTimersByTime(60_000)
    expect(await limiter.take('k1', [perMinute, perHour], 4)).toMatchObject({
      violated: ['hour'],
      states: [{ remaining: 5, resetMs: 0 }, { remaining: 3 }],
    })
    expect(remaining(await limiter.take('k1', [perMinute, perHour], 3))).toEqual([2, 0])
    expect(await limiter.take('k1', [perMinute, perHour], 3)).toMatchObject({
      violated: ['minute', 'hour'],
      retryAfterMs: 3_540_000,
    })
  })

  it('takes nothing with a cost of 0, and tells what is left (RATE-10)', async () => {
    const limiter = memoryRateLimiter()
    expect(await limiter.take('k1', [perMinute], 0)).toEqual({
      admitted: true,
      states: [{ policy: perMinute, remaining: 5, resetMs: 0 }],
      degraded: false,
    })
    await limiter.take('k1', [perMinute], 5)
    for (const _ of [1, 2]) expect(await limiter.take('k1', [perMinute], 0)).toMatchObject({ admitted: true })
    expect(remaining(await limiter.take('k1', [perMinute], 0))).toEqual([0])
  })

  it('reports a cost above a limit as never admitted, and takes nothing (RATE-10)', async () => {
    const limiter = memoryRateLimiter()
    expect(await limiter.take('k1', [perMinute, perHour], 6)).toMatchObject({
      admitted: false,
      violated: ['minute'],
      retryAfterMs: null,
    })
    expect(remaining(await limiter.take('k1', [perMinute, perHour], 0))).toEqual([5, 8])
  })

  it('applies a changed limit at once to the units already counted (RATE-11)', async () => {
    const limiter = memoryRateLimiter()
    await limiter.take('k1', [perMinute], 4)
    const lower = { ...perMinute, limit: 2 }
    expect(await limiter.take('k1', [lower], 1)).toMatchObject({ admitted: false, states: [{ remaining: 0 }] })
    expect(remaining(await limiter.take('k1', [{ ...perMinute, limit: 10 }], 1))).toEqual([5])
  })

  it('applies a changed window at once, with a new count (RATE-11)', async () => {
    const limiter = memoryRateLimiter()
    await limiter.take('k1', [{ ...perMinute, windowMs: 3_600_000 }], 5)
    expect(await limiter.take('k1', [perMinute], 1)).toMatchObject({ states: [{ remaining: 4, resetMs: 60_000 }] })
  })

  it('keeps counts apart by policy and subject', async () => {
    const limiter = memoryRateLimiter()
    await limiter.take('b\nc', [{ ...perMinute, name: 'a' }], 5)
    expect((await limiter.take('c', [{ ...perMinute, name: 'a' }], 5)).admitted).toBe(true)
    expect((await limiter.take('b\nc', [{ ...perMinute, name: 'other' }], 5)).admitted).toBe(true)
  })

  it.each([-1, Number.NaN, 0.5, Number.POSITIVE_INFINITY, 2 ** 53])(
    'throws on a cost of %s (RATE-10)',
    async (cost) => {
      const limiter = memoryRateLimiter()
      await expect(limiter.take('k1', [perMinute], cost)).rejects.toMatchObject({
        code: 'invalid_input',
        field: 'cost',
      })
      expect(remaining(await limiter.take('k1', [perMinute], 1))).toEqual([4])
    },
  )

  it.each([
    ['a window below a second', { ...perMinute, windowMs: 500 }],
    ['a window beyond 366 days', { ...perMinute, windowMs: 366 * 86_400_000 + 1_000 }],
    ['a limit of 0', { ...perMinute, limit: 0 }],
    ['a name that no header holds', { ...perMinute, name: 'minüte' }],
    ['a repeated name', perHour],
  ])('throws on %s', async (_, policy) => {
    await expect(memoryRateLimiter().take('k1', [perHour, policy], 1)).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it.each([-3_600_000, 60_000, 3_600_000])('ends a window on time when the clock is set by %s ms', async (byMs) => {
    const limiter = memoryRateLimiter()
    await limiter.take('k1', [perMinute], 5)
    vi.setSystemTime(Date.now() + byMs)
    expect(await limiter.take('k1', [perMinute], 1)).toMatchObject({ admitted: false, retryAfterMs: 60_000 })
    vi.advanceTimersByTime(60_000)
    expect(await limiter.take('k1', [perMinute], 0)).toMatchObject({ states: [{ remaining: 5, resetMs: 0 }] })
    expect(await limiter.take('k1', [perMinute], 1)).toMatchObject({ states: [{ remaining: 4, resetMs: 60_000 }] })
  })

  it('tells no longer wait than the window, whatever fraction of a millisecond it begins in', async () => {
    const now = vi.spyOn(performance, 'now')
    for (const at of [0.1, 1_234.567_891, 987_654_321.123_456]) {
      now.mockReturnValue(at)
      const limiter = memoryRateLimiter()
      expect(await limiter.take('k1', [perMinute], 1)).toMatchObject({ states: [{ remaining: 4, resetMs: 60_000 }] })
    }
    now.mockRestore()
  })

  it('forgets the longest idle counts first, and never exceeds its room (RATE-13)', async () => {
    const limiter = memoryRateLimiter({ maxCounts: 100 })
    for (let index = 0; index < 100; index++) await limiter.take(`k${index}`, [perMinute], 5)
    await limiter.take('k0', [perMinute], 1) // refused, yet in use
    await limiter.take('new', [perMinute], 5)
    expect(vi.getTimerCount()).toBe(0)
    expect(remaining(await limiter.take('k0', [perMinute], 0))).toEqual([0])
    expect(remaining(await limiter.take('k1', [perMinute], 0))).toEqual([5])
    expect(remaining(await limiter.take('k2', [perMinute], 0))).toEqual([0])
  })

  it('goes by the clock that it is given, and no other', async () => {
    let at = Date.UTC(2040, 0, 1)
    const limiter = memoryRateLimiter({ now: () => new Date(at) })
    await limiter.take('k1', [perMinute], 5)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await limiter.take('k1', [perMinute], 1)).toMatchObject({ admitted: false, retryAfterMs: 60_000 })
    at += 60_000
    expect(remaining(await limiter.take('k1', [perMinute], 1))).toEqual([4])
    expect(() => memoryRateLimiter({ now: at as never })).toThrow('Option now must be a function that returns a Date.')
  })

  it.each([0, 99, 100.5, Number.NaN])('refuses to start with room for %s counts', (maxCounts) => {
    expect(() => memoryRateLimiter({ maxCounts })).toThrow('Option maxCounts must be a whole number, 100 or more.')
  })
})

describe('memoryRateLimiter, in any trace of calls', () => {
  const policy = fc.record({
    limit: fc.integer({ min: 1, max: 6 }),
    windowMs: fc.constantFrom(1_000, 2_000, 5_000),
  })
  const policies = fc
    .array(policy, { minLength: 1, maxLength: 3 })
    .map((limits) => limits.map((limit, index) => ({ name: `p${index}`, ...limit })))
  const steps = fc.array(
    fc.record({
      waitMs: fc.oneof(fc.nat({ max: 400 }), fc.constantFrom(0, 1_000, 2_500)),
      cost: fc.integer({ min: 0, max: 7 }),
      subject: fc.constantFrom('a', 'b'),
    }),
    { maxLength: 60 },
  )

  it('admits at most the limit in each window, and no windows overlap (RATE-4)', async () => {
    await fc.assert(
      fc.asyncProperty(policies, steps, async (all, trace) => {
        const limiter = memoryRateLimiter()
        const units = new Map<string, Map<number, number>>()
        for (const { waitMs, cost, subject } of trace) {
          vi.advanceTimersByTime(waitMs)
          const verdict = await limiter.take(subject, all, cost)
          if (!verdict.admitted || cost === 0) continue
          for (const { policy, resetMs } of verdict.states) {
            const windows = units.get(`${subject} ${policy.name}`) ?? new Map<number, number>()
            units.set(`${subject} ${policy.name}`, windows)
            const end = Date.now() + resetMs
            windows.set(end, (windows.get(end) ?? 0) + cost)
          }
        }
        for (const policy of all) {
          for (const subject of ['a', 'b']) {
            const windows = [...(units.get(`${subject} ${policy.name}`) ?? [])]
            for (const [index, [end, admitted]] of windows.entries()) {
              expect(admitted).toBeLessThanOrEqual(policy.limit)
              expect(end - (windows[index - 1]?.[0] ?? 0)).toBeGreaterThanOrEqual(policy.windowMs)
            }
          }
        }
      }),
    )
  })

  it('refuses a call only where a unit is missing, takes nothing then, and tells the true wait (RATE-9)', async () => {
    await fc.assert(
      fc.asyncProperty(policies, steps, async (all, trace) => {
        const limiter = memoryRateLimiter()
        for (const { waitMs, cost, subject } of trace) {
          vi.advanceTimersByTime(waitMs)
          const { states: before } = await limiter.take(subject, all, 0)
          const short = before.filter((state) => state.remaining < cost).map((state) => state.policy.name)
          const verdict = await limiter.take(subject, all, cost)
          expect(verdict.admitted ? [] : verdict.violated).toEqual(short)
          if (verdict.admitted) {
            expect(remaining(verdict)).toEqual(before.map((state) => state.remaining - cost))
          } else {
            expect(verdict.states).toEqual(before)
            expect((await limiter.take(subject, all, 0)).states).toEqual(before)
            expect(verdict.retryAfterMs === null).toBe(all.some(({ limit }) => cost > limit))
          }
        }
        const [{ subject, cost } = { subject: 'a', cost: 1 }] = trace
        const last = await limiter.take(subject, all, cost)
        if (last.admitted || last.retryAfterMs === null) return
        vi.advanceTimersByTime(last.retryAfterMs - 1)
        expect((await limiter.take(subject, all, cost)).admitted).toBe(false)
        vi.advanceTimersByTime(1)
        expect((await limiter.take(subject, all, cost)).admitted).toBe(true)
      }),
    )
  })
})
