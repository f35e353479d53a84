import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FailureBound, ReservedAttempt } from '../../src/limits/failure-limiter.js'
import { memoryFailureLimiter } from '../../src/limits/memory-failure-limiter.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const bound = (network: string, limit = 3, windowMs = 60_000): FailureBound => ({ network, limit, windowMs })

describe('memoryFailureLimiter', () => {
  it('gives back the units of attempts that were none, and keeps those of failures until the window ends', async () => {
    const { reserve } = memoryFailureLimiter()
    const attempts = await Promise.all([1, 2, 3].map(() => reserve([bound('a')])))
    expect(await reserve([bound('a')])).toMatchObject({ reserved: false, isSpent: false })
    for (const attempt of attempts) if (attempt.reserved) attempt.settle(false)
    await vi.advanceTimersByTimeAsync(30_000)
    for (let count = 0; count < 3; count += 1) {
      const attempt = await reserve([bound('a')])
      if (attempt.reserved) attempt.settle(true)
    }
    await vi.advanceTimersByTimeAsync(59_999)
    const refused = { reserved: false, bound: bound('a'), resetMs: 1, isSpent: true }
    expect(await reserve([bound('a')])).toEqual(refused)
    await vi.advanceTimersByTimeAsync(1)
    expect(await reserve([bound('a')])).toMatchObject({ reserved: true })
  })

  it('goes by the clock that it is given, and no other', async () => {
    let at = Date.UTC(2040, 0, 1)
    const { reserve } = memoryFailureLimiter({ now: () => new Date(at) })
    const attempt = await reserve([bound('a', 1)])
    if (attempt.reserved) attempt.settle(true)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await reserve([bound('a', 1)])).toMatchObject({ reserved: false, resetMs: 60_000 })
    at += 60_000
    expect(await reserve([bound('a', 1)])).toMatchObject({ reserved: true })
    expect(() => memoryFailureLimiter({ now: at as never })).toThrow('Option now must be a function')
  })

  it('admits no more than any bound says, in each window, whatever is settled when (RATE-14, fuzz)', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('reserve' as const), narrow: fc.nat({ max: 2 }) }),
      fc.record({ do: fc.constant('settle' as const), which: fc.nat(), failed: fc.boolean() }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 400, 1_000) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { reserve } = memoryFailureLimiter()
        const open: { attempt: ReservedAttempt; own: Unit[] }[] = []
        type Unit = { state: 'open' | 'failed' | 'back' }
        const windows = new Map<string, { endsAt: number; units: Unit[] }>()
        const held = (name: string) => (windows.get(name)?.units ?? []).filter(({ state }) => state !== 'back').length
        for (const one of steps) {
          if (one.do === 'wait') await vi.advanceTimersByTimeAsync(one.ms)
          if (one.do === 'settle') {
            const [ended] = open.length === 0 ? [] : open.splice(one.which % open.length, 1)
            ended?.attempt.settle(one.failed)
            for (const unit of ended?.own ?? []) unit.state = one.failed ? 'failed' : 'back'
          }
          if (one.do !== 'reserve') continue
          const bounds = [bound(`n${one.narrow}`, 2, 1_000), bound('site', 4, 1_000)]
          for (const { network } of bounds) {
            const window = windows.get(network)
            if (window !== undefined && (performance.now() >= window.endsAt || held(network) === 0))
              windows.delete(network)
          }
          const verdict = await reserve(bounds)
          expect(verdict.reserved).toBe(bounds.every(({ network, limit }) => held(network) < limit))
          if (!verdict.reserved) {
            const full = bounds.filter(({ network, limit }) => held(network) >= limit)
            const spent = full.filter(({ network, limit }) => {
              return (windows.get(network)?.units ?? []).filter(({ state }) => state === 'failed').length >= limit
            })
            expect(verdict.isSpent).toBe(spent.length > 0)
            expect(full.map(({ network }) => network)).toContain(verdict.bound.network)
            continue
          }
          const own = bounds.map(({ network }): Unit => {
            const window = windows.get(network) ?? { endsAt: performance.now() + 1_000, units: [] }
            windows.set(network, window)
            const unit: Unit = { state: 'open' }
            window.units.push(unit)
            return unit
          })
          open.push({ attempt: verdict, own })
        }
      }),
    )
  })

  it('forgets the networks that were idle longest, and needs no timer (RATE-13)', async () => {
    const { reserve } = memoryFailureLimiter({ maxNetworks: 100 })
    for (let count = 0; count < 101; count += 1) await reserve([bound(`n${count}`, 1)])
    expect(await reserve([bound('n100', 1)])).toMatchObject({ reserved: false })
    expect(await reserve([bound('n0', 1)])).toMatchObject({ reserved: true })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is refused at start-up with too little room', () => {
    expect(() => memoryFailureLimiter({ maxNetworks: 99 })).toThrow(/maxNetworks/)
  })
})
