import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxAttempts, nextAttemptMs } from '../src/index.js'

const minute = 60_000
const hour = 60 * minute

describe('when an event is tried again (HOOK-5)', () => {
  it('is after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours, and then never', () => {
    const pauses = Array.from({ length: maxAttempts }, (_, n) => nextAttemptMs(n + 1, null, 0.5))
    const hours = [2, 5, 10, 14, 20, 24].map((n) => n * hour)
    expect(pauses).toEqual([5_000, 5 * minute, 30 * minute, ...hours, null])
  })

  it('differs by at most a fifth, and never comes before the receiver asked for it', () => {
    const attempts = fc.integer({ min: 1, max: maxAttempts - 1 })
    const random = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(attempts, fc.option(fc.nat(24 * hour)), random, (count, asked, by) => {
        const [plain, next] = [nextAttemptMs(count, null, 0.5) ?? 0, nextAttemptMs(count, asked, by) ?? 0]
        expect(next).toBeGreaterThanOrEqual(Math.max(asked ?? 0, Math.floor(plain * 0.8)))
        expect(next).toBeLessThanOrEqual(Math.max(asked ?? 0, Math.ceil(plain * 1.2)))
      }),
    )
  })
})
