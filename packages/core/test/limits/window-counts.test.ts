import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowCounts } from '../../src/limits/window-counts.js'

describe('windowCounts', () => {
  it.each([
    ['forgets the one that was idle longest, while windows last', 1_000_000],
    ['gives no count whose window is over', 10],
  ])('%s (RATE-13, fuzz)', (_, windowMs) => {
    const most = 3
    const step = fc.record({ id: fc.constantFrom(...'abcde'), waitMs: fc.nat({ max: 4 }), keeps: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const counts = windowCounts<{ endsAt: number }>(most)
        // The model: counts in the order of their last use.
        let kept: { id: string; count: { endsAt: number } }[] = []
        let now = 0
        for (const { id, waitMs, keeps } of steps) {
          now += waitMs
          kept = kept.filter(({ count }) => now < count.endsAt)
          const found = counts.find(id, now)
          const expected = kept.find((one) => one.id === id)?.count
          // What is over still has its place for a while, so that another may be forgotten earlier.
          if (windowMs > 10 || found !== undefined) expect(found).toBe(expected)
          const count = found ?? { endsAt: now + windowMs }
          if (keeps) counts.keep(id, count, now)
          if (keeps || found !== undefined) kept = [...kept.filter((one) => one.id !== id), { id, count }]
          if (windowMs > 10) kept = kept.slice(-most)
        }
      }),
    )
  })

  it('lets go of counts that are over before its room is full', () => {
    const counts = windowCounts<{ endsAt: number }>(1_000)
    for (let index = 0; index < 10; index += 1) counts.keep(`old${index}`, { endsAt: 1 }, 0)
    for (let index = 0; index < 5; index += 1) counts.keep(`new${index}`, { endsAt: 100 }, 50)
    // Asked as of an earlier instant, at which none was over.
    for (let index = 0; index < 10; index += 1) expect(counts.find(`old${index}`, 0)).toBeUndefined()
  })

  it('drops a count, and not the one that has taken its place', () => {
    const counts = windowCounts<{ endsAt: number }>(10)
    const [first, second] = [{ endsAt: 1 }, { endsAt: 2 }]
    counts.keep('a', first, 0)
    counts.keep('a', second, 1)
    counts.drop('a', first)
    expect(counts.find('a', 1)).toBe(second)
    counts.drop('a', second)
    expect(counts.find('a', 1)).toBeUndefined()
  })
})
