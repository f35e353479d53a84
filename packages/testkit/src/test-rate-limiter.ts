import type { RateLimiter, RateLimitPolicy, RateLimitVerdict } from '@keywright/core'
import { checkNames, type NamesOf } from '@keywright/core/adapter'
import { describe, expect, it } from 'vitest'

/** The rate limiter that {@link testRateLimiter} tests. */
export interface RateLimiterHarness {
  /** The name of the limiter, for the titles of the tests. */
  readonly name: string
  /** Opens a limiter. It may have counts of earlier tests, and must not lose counts while a test runs. */
  open(): Promise<RateLimiter>
}

const harnessNames: NamesOf<RateLimiterHarness> = { name: true, open: true }

const perMinute: RateLimitPolicy = { name: 'minute', limit: 5, windowMs: 60_000 }
const perHour: RateLimitPolicy = { name: 'hour', limit: 8, windowMs: 3_600_000 }

const newSubject = (): string => crypto.randomUUID()
const remaining = ({ states }: RateLimitVerdict): readonly number[] => states.map((state) => state.remaining)

/**
 * Tests a limiter against the contract of `RateLimiter`. Call it at the top of a Vitest file, with the real service behind it.
 *
 * @example
 * ```ts
 * testRateLimiter({ name: 'memoryRateLimiter', open: async () => memoryRateLimiter() })
 * ```
 *
 * @throws {@link InvalidOptions} when a field is unknown.
 */
export function testRateLimiter(harness: RateLimiterHarness): void {
  checkNames(harness, harnessNames)
  const { name, open } = harness
  describe(`${name}: RateLimiter`, () => {
    it('admits until nothing is left, and tells what is left', async () => {
      const limiter = await open()
      const subject = newSubject()
      for (const left of [4, 3, 2, 1, 0]) {
        const verdict = await limiter.take(subject, [perMinute], 1)
        expect(verdict).toEqual({
          admitted: true,
          states: [{ policy: perMinute, remaining: left, resetMs: expect.any(Number) }],
          degraded: false,
        })
        expect(verdict.states[0]?.resetMs).toBeGreaterThan(50_000)
        expect(verdict.states[0]?.resetMs).toBeLessThanOrEqual(60_000)
      }
      const denial = await limiter.take(subject, [perMinute], 1)
      expect(denial).toEqual({
        admitted: false,
        violated: ['minute'],
        retryAfterMs: denial.states[0]?.resetMs,
        states: [{ policy: perMinute, remaining: 0, resetMs: expect.any(Number) }],
        degraded: false,
      })
      expect((await limiter.take(newSubject(), [perMinute], 1)).admitted).toBe(true)
    })

    it('admits exactly 50 of 200 calls at once at limit 50 (RATE-4)', async () => {
      const limiter = await open()
      const subject = newSubject()
      const policies = [
        { ...perHour, limit: 1_000 },
        { ...perMinute, limit: 50 },
      ]
      const verdicts = await Promise.all(Array.from({ length: 200 }, () => limiter.take(subject, policies, 1)))
      expect(verdicts.filter(({ admitted }) => admitted)).toHaveLength(50)
      expect(remaining(await limiter.take(subject, policies, 0))).toEqual([950, 0])
    })

    it('refuses a call of a cost above 1 only when too little is left (RATE-4)', async () => {
      const limiter = await open()
      const subject = newSubject()
      const policies = [
        { ...perMinute, limit: 100 },
        { ...perHour, limit: 97 },
      ]
      const costs = Array.from({ length: 60 }, (_, index) => 1 + (index % 5))
      const verdicts = await Promise.all(costs.map((cost) => limiter.take(subject, policies, cost)))
      const costOf = (is: boolean) => costs.filter((_, index) => verdicts[index]?.admitted === is)
      const taken = costOf(true).reduce((sum, cost) => sum + cost)
      expect(remaining(await limiter.take(subject, policies, 0))).toEqual([100 - taken, 97 - taken])
      expect(Math.min(...costOf(false))).toBeGreaterThan(97 - taken)
    })

    it('takes from all policies or from none, and tells the longest wait (RATE-9)', async () => {
      const limiter = await open()
      const subject = newSubject()
      const both = [perMinute, perHour]
      expect(remaining(await limiter.take(subject, both, 4))).toEqual([1, 4])
      const one = await limiter.take(subject, both, 2)
      expect(one).toMatchObject({ admitted: false, violated: ['minute'], states: [{ remaining: 1 }, { remaining: 4 }] })
      expect(one).toHaveProperty('retryAfterMs', one.states[0]?.resetMs)
      const two = await limiter.take(subject, both, 5)
      expect(two).toMatchObject({ admitted: false, violated: ['minute', 'hour'] })
      expect(two).toHaveProperty('retryAfterMs', two.states[1]?.resetMs)
      expect(remaining(await limiter.take(subject, both, 0))).toEqual([1, 4])
    })

    it('takes nothing with a cost of 0, and tells what is left (RATE-10)', async () => {
      const limiter = await open()
      const subject = newSubject()
      expect(await limiter.take(subject, [perMinute], 0)).toEqual({
        admitted: true,
        states: [{ policy: perMinute, remaining: 5, resetMs: 0 }],
        degraded: false,
      })
      await limiter.take(subject, [perMinute], 5)
      for (const _ of [1, 2]) {
        expect(await limiter.take(subject, [perMinute], 0)).toMatchObject({
          admitted: true,
          states: [{ remaining: 0 }],
        })
      }
    })

    it('reports a cost above a limit as never admitted, and takes nothing (RATE-10)', async () => {
      const limiter = await open()
      const subject = newSubject()
      const denial = { admitted: false, violated: ['minute'], retryAfterMs: null }
      expect(await limiter.take(subject, [perMinute, perHour], 6)).toMatchObject(denial)
      expect(await limiter.take(subject, [perMinute], Number.MAX_SAFE_INTEGER)).toMatchObject(denial)
      expect(remaining(await limiter.take(subject, [perMinute, perHour], 0))).toEqual([5, 8])
    })

    it('counts up to the largest possible limit', async () => {
      const limiter = await open()
      const subject = newSubject()
      const limit = 999_999_999_999_999
      expect(remaining(await limiter.take(subject, [{ ...perMinute, limit }], limit - 1))).toEqual([1])
      expect(remaining(await limiter.take(subject, [{ ...perMinute, limit }], 1))).toEqual([0])
      expect(await limiter.take(subject, [{ ...perMinute, limit }], 1)).toMatchObject({ admitted: false })
    })

    it('applies a changed limit at once to the units already counted (RATE-11)', async () => {
      const limiter = await open()
      const subject = newSubject()
      await limiter.take(subject, [perMinute], 4)
      const lower = { ...perMinute, limit: 2 }
      expect(await limiter.take(subject, [lower], 1)).toMatchObject({ admitted: false, states: [{ remaining: 0 }] })
      expect(remaining(await limiter.take(subject, [{ ...perMinute, limit: 10 }], 1))).toEqual([5])
    })

    it('applies a changed window at once, with a new count (RATE-11)', async () => {
      const limiter = await open()
      const subject = newSubject()
      await limiter.take(subject, [{ ...perMinute, windowMs: 3_600_000 }], 5)
      const [state] = (await limiter.take(subject, [perMinute], 1)).states
      expect(state?.remaining).toBe(4)
      expect(state?.resetMs).toBeLessThanOrEqual(60_000)
    })

    it('keeps counts apart by policy and subject', async () => {
      const limiter = await open()
      const end = newSubject()
      const names = ['a', 'A', 'a b', '{a}', '{a}:60000:a', 'a:b', ':', "a'", '"', '%', '*']
      const subjects = [end, `${end}A`, `${end}a`, `{${end}}`, `${end}}:60000:{a`, `${end}%7D`, `${end}}`, `${end}\n`]
      for (const subject of subjects) {
        for (const policy of names.map((one) => ({ ...perMinute, name: one }))) {
          expect(await limiter.take(subject, [policy], 5)).toMatchObject({ admitted: true })
        }
      }
    })

    it('counts parts of a subject by themselves, and takes from them and from the whole in one step (RATE-17)', async () => {
      const limiter = await open()
      const subject = newSubject()
      const of = (part: string) => [{ ...perMinute, of: part }, perHour]
      expect(remaining(await limiter.take(subject, of('a'), 4))).toEqual([1, 4])
      expect(remaining(await limiter.take(subject, of('b'), 1))).toEqual([4, 3])
      expect(await limiter.take(subject, of('a'), 2)).toMatchObject({ admitted: false, violated: ['minute'] })
      expect(await limiter.take(subject, of('b'), 4)).toMatchObject({ admitted: false, violated: ['hour'] })
      expect(remaining(await limiter.take(subject, of('c'), 3))).toEqual([2, 0])
      expect(remaining(await limiter.take(subject, [perMinute, perHour], 0))).toEqual([5, 0])
    })

    it('keeps the counts of parts apart, whatever they are called (RATE-17)', async () => {
      const limiter = await open()
      const end = newSubject()
      const taken = [
        [end, 'a', 'b'],
        [end, 'b', 'a'],
        [end, 'ab', ''],
        [end, '', 'ab'],
        [end, 'a:b', '}'],
        [`a${end}`, '', 'b'],
        [end, '', 'ba'],
        [`${end}\n`, '1.60000', '\n'],
        [end, '1.60000', '\n'],
      ] as const
      for (const [subject, name, of] of taken) {
        const policy = { ...perMinute, name: `:${name}`, ...(of === '' ? {} : { of }) }
        expect(await limiter.take(subject, [policy], 5)).toMatchObject({ admitted: true })
      }
    })

    it('counts in a window of 366 days to the millisecond, and lets none of it pass early', async () => {
      const limiter = await open()
      const subject = newSubject()
      const perYear = { name: 'year', limit: 2, windowMs: 366 * 86_400_000 }
      const [first] = (await limiter.take(subject, [perYear], 1)).states
      expect(first?.resetMs).toBeGreaterThan(perYear.windowMs - 60_000)
      expect(first?.resetMs).toBeLessThanOrEqual(perYear.windowMs)
      await limiter.take(subject, [perYear], 1)
      const denial = await limiter.take(subject, [perYear], 1)
      expect(denial).toMatchObject({ admitted: false, violated: ['year'] })
      expect(denial).toHaveProperty('retryAfterMs', denial.states[0]?.resetMs)
    })

    it('admits all units again at the time that it told, and not before (RATE-3)', async () => {
      const limiter = await open()
      const perSecond = { name: 'second', limit: 2, windowMs: 1_000 }
      const peekUntil = async (subject: string, at: number) => {
        while (performance.now() < at) {
          const { states } = await limiter.take(subject, [perSecond], 0)
          for (const { remaining, resetMs } of states) expect(resetMs > 0).toBe(remaining < perSecond.limit)
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      const fill = async () => {
        const subject = newSubject()
        const startedAt = performance.now()
        await limiter.take(subject, [perMinute, perSecond], 1)
        const begunAt = performance.now()
        await peekUntil(subject, begunAt + 300)
        await limiter.take(subject, [perMinute, perSecond], 1)
        const denial = await limiter.take(subject, [perMinute, perSecond], 1)
        return { subject, denial, startedAt, toldAt: performance.now() }
      }
      let filled = await fill()
      // On a busy machine, the window may end before the denial. The result shows nothing then, so try again.
      while (filled.toldAt - filled.startedAt >= perSecond.windowMs) filled = await fill()
      const { subject, denial, startedAt, toldAt } = filled
      const waitMs = denial.admitted ? null : denial.retryAfterMs
      // A window begins with its first unit. The tolerance is 2 ms, because clocks may count whole milliseconds.
      expect(waitMs).toBeGreaterThan(1_000 - (toldAt - startedAt) - 2)
      expect(waitMs).toBeLessThan(1_000 - 300 + 2)
      await peekUntil(subject, toldAt + (waitMs ?? 0))
      const verdict = await limiter.take(subject, [perMinute, perSecond], 2)
      expect(verdict).toMatchObject({ admitted: true, states: [{ remaining: 1 }, { remaining: 0 }] })
    })

    it.each([-1, Number.NaN, 0.5, Number.POSITIVE_INFINITY, 2 ** 53])(
      'throws on a cost of %s, and takes nothing (RATE-10)',
      async (cost) => {
        const limiter = await open()
        const subject = newSubject()
        const fault = { code: 'invalid_input', field: 'cost' }
        await expect(limiter.take(subject, [perMinute], cost)).rejects.toMatchObject(fault)
        expect(remaining(await limiter.take(subject, [perMinute], 1))).toEqual([4])
      },
    )

    it.each([
      ['a window below a second', { ...perMinute, windowMs: 500 }],
      ['a window of half seconds', { ...perMinute, windowMs: 1_500 }],
      ['a limit of 0', { ...perMinute, limit: 0 }],
      ['a name that no header holds', { ...perMinute, name: 'minüte' }],
      ['a repeated name', perHour],
      ['a part without a name', { ...perMinute, of: '' }],
    ])('throws on %s', async (_, policy) => {
      const limiter = await open()
      await expect(limiter.take(newSubject(), [perHour, policy], 1)).rejects.toMatchObject({ code: 'invalid_input' })
    })
  })
}
