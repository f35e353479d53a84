import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { storeBreaker } from '../../src/outage/store-breaker.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

type Mode = 'answers' | 'throws' | 'hangs'
const timeoutMs = 2_000

/** A store that is switched, with a breaker before it. What hung is answered once it is switched back. */
function make() {
  const host: { mode: Mode } = { mode: 'answers' }
  const held: (() => void)[] = []
  const asked = { reads: 0, probes: 0 }
  const answer = async (): Promise<string> => {
    if (host.mode === 'throws') throw new Error('down')
    if (host.mode === 'hangs') await new Promise<void>((resolve) => held.push(resolve))
    return 'row'
  }
  const onAnswer = vi.fn()
  const breaker = storeBreaker({
    probe: () => {
      asked.probes += 1
      return answer()
    },
    timeoutMs,
    onAnswer,
  })
  const read = () =>
    breaker.read(() => {
      asked.reads += 1
      return answer()
    }, undefined) as Promise<string>
  /** What has come of some reads until now. */
  const begin = (count: number) => {
    const outcomes: string[] = []
    for (let index = 0; index < count; index += 1) {
      read().then(
        (row) => outcomes.push(row),
        (error) => outcomes.push(error.code ?? error.message),
      )
    }
    return outcomes
  }
  const thaw = async () => {
    host.mode = 'answers'
    for (const resolve of held.splice(0)) resolve()
    await vi.advanceTimersByTimeAsync(0)
  }
  return { host, asked, breaker, begin, thaw, onAnswer }
}

describe('a breaker before a store', () => {
  it('that hangs refuses at once, after five reads and a probe without an answer (FI-42)', async () => {
    const { host, asked, begin } = make()
    host.mode = 'hangs'
    const first = begin(5)
    await vi.advanceTimersByTimeAsync(timeoutMs)
    expect(asked).toEqual({ reads: 5, probes: 1 })
    const meanwhile = begin(1)
    await vi.advanceTimersByTimeAsync(500)
    const later = begin(100)
    await vi.advanceTimersByTimeAsync(0)
    expect(later).toEqual(Array(100).fill('store_unavailable'))
    expect(asked.reads).toBe(6)
    expect([first, meanwhile]).toEqual([[], []])
  })

  it('that fails refuses at once, and one statement probes at a time (FI-42)', async () => {
    const { host, asked, begin } = make()
    host.mode = 'throws'
    const first = begin(5)
    await vi.advanceTimersByTimeAsync(0)
    expect(first).toEqual(Array(5).fill('down'))
    const later = begin(50)
    await vi.advanceTimersByTimeAsync(200)
    expect(later).toEqual(Array(50).fill('store_unavailable'))
    expect(asked).toEqual({ reads: 5, probes: 1 })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(asked).toEqual({ reads: 5, probes: 5 })
  })

  it.each<Exclude<Mode, 'answers'>>(['throws', 'hangs'])(
    'that %s passes again within a second of its recovery, with no request to try it (FI-42)',
    async (mode) => {
      const { host, begin, onAnswer } = make()
      host.mode = mode
      begin(5)
      await vi.advanceTimersByTimeAsync(60_000)
      host.mode = 'answers' // and what hangs never answers
      await vi.advanceTimersByTimeAsync(1_000)
      expect(onAnswer).toHaveBeenCalledOnce()
      const after = begin(3)
      await vi.advanceTimersByTimeAsync(0)
      expect(after).toEqual(['row', 'row', 'row'])
      await vi.advanceTimersByTimeAsync(60_000)
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  it('passes again at once where what hung is answered', async () => {
    const { host, begin, thaw } = make()
    host.mode = 'hangs'
    const first = begin(5)
    await vi.advanceTimersByTimeAsync(10_000)
    await thaw()
    expect(first).toEqual(Array(5).fill('row'))
    const after = begin(1)
    await vi.advanceTimersByTimeAsync(0)
    expect(after).toEqual(['row'])
  })

  it('refuses nothing for reads that are slow or fail, while the probe is answered: neither makes an outage', async () => {
    const { host, asked, breaker, begin } = make()
    for (let round = 0; round < 20; round += 1) {
      for (let count = 0; count < 5; count += 1) {
        Promise.resolve(breaker.read(() => Promise.reject(new Error('a bad row')), undefined)).catch(() => {})
        void breaker.read(() => new Promise(() => {}), undefined)
      }
      await vi.advanceTimersByTimeAsync(3_000)
      const others = begin(3)
      await vi.advanceTimersByTimeAsync(0)
      expect(others).toEqual(['row', 'row', 'row'])
    }
    expect(asked.probes).toBeGreaterThan(10)
    expect(host.mode).toBe('answers')
  })

  it('is not made suspicious by four failures in a row, nor by failures that lie far apart', async () => {
    const { host, asked, begin } = make()
    for (let round = 0; round < 10; round += 1) {
      host.mode = 'throws'
      begin(4)
      await vi.advanceTimersByTimeAsync(1)
      host.mode = 'answers'
      begin(1)
      await vi.advanceTimersByTimeAsync(1)
    }
    host.mode = 'throws'
    for (let round = 0; round < 10; round += 1) {
      begin(1)
      await vi.advanceTimersByTimeAsync(10_001)
    }
    expect(asked.probes).toBe(0)
  })

  it('does not cut off a read that takes long, and counts it as one failure', async () => {
    const { host, asked, begin, thaw } = make()
    host.mode = 'hangs'
    const slow = begin(4)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(slow).toEqual([])
    expect(asked.probes).toBe(0)
    await thaw()
    expect(slow).toEqual(Array(4).fill('row'))
  })

  it('counts a read once that is late and fails in the end', async () => {
    const { asked, breaker } = make()
    const fail: (() => void)[] = []
    for (let count = 0; count < 4; count += 1) {
      const late = new Promise((_, reject) => fail.push(() => reject(new Error('gone'))))
      Promise.resolve(breaker.read(() => late, undefined)).catch(() => {})
    }
    await vi.advanceTimersByTimeAsync(timeoutMs)
    for (const end of fail) end()
    await vi.advanceTimersByTimeAsync(0)
    expect(asked.probes).toBe(0)
  })

  it('that is closed asks the store no more by itself, and refuses nothing', async () => {
    const { host, asked, breaker, begin } = make()
    host.mode = 'throws'
    begin(5)
    await vi.advanceTimersByTimeAsync(0)
    breaker.close()
    const { probes } = asked
    const after = begin(20)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(after).toEqual(Array(20).fill('down'))
    expect(asked.probes).toBe(probes)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('gives what was just read, or refuses; and in every history of faults passes a second after the last (FI-42)', async () => {
    const step = fc.oneof(
      fc.record({ mode: fc.constantFrom<Mode>('answers', 'throws', 'hangs') }),
      fc.record({ begin: fc.integer({ min: 1, max: 7 }) }),
      fc.record({ waitMs: fc.constantFrom(0, 100, 600, 2_000, 12_000) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { host, breaker, begin, asked } = make()
        let began = 0
        for (const step of steps) {
          if ('mode' in step) host.mode = step.mode
          else if ('waitMs' in step) await vi.advanceTimersByTimeAsync(step.waitMs)
          else {
            began += step.begin
            begin(step.begin)
          }
        }
        host.mode = 'answers'
        // Reads that hang may be told late, and arouse suspicion once more: the probe is answered at once then.
        await vi.advanceTimersByTimeAsync(timeoutMs + 1_000)
        const after = begin(3)
        await vi.advanceTimersByTimeAsync(0)
        expect(after).toEqual(['row', 'row', 'row'])
        expect(asked.reads).toBeLessThanOrEqual(began + 3)
        breaker.close()
        await vi.advanceTimersByTimeAsync(timeoutMs)
        expect(vi.getTimerCount()).toBe(0)
      }),
    )
  })
})
