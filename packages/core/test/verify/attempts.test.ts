import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FailureLimiter, FailureVerdict } from '../../src/limits/failure-limiter.js'
import { memoryStore } from '../../src/memory/memory-store.js'
import { gateway, guessAt, openKeyring } from '../support/limits-setup.js'

const home = '203.0.113.9'
const perMinute = (limit: number) => ({ limit, windowMs: 60_000 })

const unknownId = (index: number) => String(index).padStart(12, '0')
const times = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index))

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A keyring with one key, whose look-ups wait for what `before` answers. */
async function open(options: Parameters<typeof openKeyring>[0] = {}) {
  const memory = memoryStore()
  const state = { before: async (_id: string): Promise<unknown> => null, underWay: 0, most: 0 }
  const lookedUp: string[] = []
  const find: typeof memory.find = async (id) => {
    lookedUp.push(id)
    state.underWay += 1
    state.most = Math.max(state.most, state.underWay)
    try {
      await state.before(id)
      return await memory.find(id)
    } finally {
      state.underWay -= 1
    }
  }
  const opened = openKeyring({ store: { ...memory, find }, failureLimit: perMinute(10), ...options })
  const key = await opened.addKey()
  lookedUp.length = 0
  const codeOf = (verdict: Awaited<ReturnType<typeof key.verify>>) => (verdict.ok ? 'ok' : verdict.refusal.code)
  const good = async (ip: string | null = home) => codeOf(await key.verify({ ip }))
  const guess = async (index: number, ip = home) =>
    codeOf(await opened.keyring.verify(guessAt(unknownId(index)), { ip }))
  return { ...opened, ...key, state, lookedUp, good, guess }
}

/** How often each occurs. */
function tally(codes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

describe('the failure limit of a network (RATE-14)', () => {
  it('looks up 10 of 1000 bad keys that come at once, and refuses the others', async () => {
    const { guess, lookedUp, good } = await open()
    const codes = await Promise.all(times(1_000, (index) => guess(index)))
    expect(tally(codes)).toEqual({ api_key_invalid: 10, rate_limited: 990 })
    expect(lookedUp).toHaveLength(10)
    expect(await good()).toBe('rate_limited')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await good()).toBe('ok')
  })

  it('refuses none of 10,000 good keys that come at once, and looks up 10 of them at a time', async () => {
    const { good, state, lookedUp } = await open({ verifyTimeoutMs: 60_000 })
    expect(tally(await Promise.all(times(10_000, () => good())))).toEqual({ ok: 10_000 })
    expect(lookedUp).toHaveLength(10_000)
    expect(state.most).toBe(10)
  })

  it('holds for any mix of good and bad keys, in any order of answers (fuzz)', async () => {
    const request = fc.record({ isGood: fc.boolean(), ms: fc.nat({ max: 30 }), startsAt: fc.nat({ max: 40 }) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        async (requests, limit) => {
          const { id, state, lookedUp, good, guess } = await open({ failureLimit: perMinute(limit) })
          const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
          state.before = (asked) => later(asked === id ? 7 : (requests[Number(asked)]?.ms ?? 0))
          const codes = requests.map(async ({ isGood, startsAt }, index) => {
            await later(startsAt)
            return isGood ? good() : guess(index)
          })
          // Less than the time of a verification: nothing may still be waiting.
          await vi.advanceTimersByTimeAsync(1_900)
          const settled = await Promise.all(codes)
          const bad = requests.filter(({ isGood }) => !isGood).length
          expect(lookedUp.filter((asked) => asked !== id)).toHaveLength(Math.min(bad, limit))
          expect(tally(settled).api_key_invalid ?? 0).toBe(Math.min(bad, limit))
          expect(state.most).toBeLessThanOrEqual(limit)
          if (bad < limit) expect(settled.filter((code) => code === 'ok')).toHaveLength(requests.length - bad)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('counts a guess that came too late for its answer, when it turns out, and one that never does', async () => {
    const { state, guess, good } = await open({ failureLimit: perMinute(2), verifyTimeoutMs: 50 })
    const slow = gateway()
    state.before = () => slow.opened
    const late = guess(1)
    await vi.advanceTimersByTimeAsync(50)
    expect(await late).toBe('auth_unavailable')
    slow.open()
    await vi.advanceTimersByTimeAsync(0)
    state.before = () => new Promise(() => {})
    const never = guess(2)
    await vi.advanceTimersByTimeAsync(50)
    expect(await never).toBe('auth_unavailable')
    state.before = async () => null
    const next = good()
    await vi.advanceTimersByTimeAsync(50)
    expect(await next).not.toBe('ok')
  })

  it('does not count a good key that came too late, nor an outage', async () => {
    const { state, good, guess } = await open({ failureLimit: perMinute(1), verifyTimeoutMs: 50 })
    const slow = gateway()
    state.before = () => slow.opened
    const late = good()
    await vi.advanceTimersByTimeAsync(50)
    expect(await late).toBe('auth_unavailable')
    slow.open()
    await vi.advanceTimersByTimeAsync(0)
    state.before = () => Promise.reject(new Error('down'))
    expect(await guess(1)).toBe('auth_unavailable')
    expect(await guess(2)).toBe('auth_unavailable')
    state.before = async () => null
    expect(await good()).toBe('ok')
  })

  it('looks up nothing for a request that was answered while it stood in line', async () => {
    const { state, good, lookedUp } = await open({ failureLimit: perMinute(1), verifyTimeoutMs: 50 })
    const slow = gateway()
    state.before = () => slow.opened
    const codes = Promise.all(times(5, () => good()))
    await vi.advanceTimersByTimeAsync(50)
    expect(tally(await codes)).toEqual({ auth_unavailable: 5 })
    slow.open()
    await vi.advanceTimersByTimeAsync(100)
    expect(lookedUp).toHaveLength(1)
    expect(await good()).toBe('ok')
  })

  it('is 16 times as high for an IPv6 /48, beside that of each /64', async () => {
    const { guess, good, lookedUp } = await open({ failureLimit: perMinute(2) })
    const addresses = times(300, (index) => `2001:db8:7:${index.toString(16)}::1`)
    const codes = await Promise.all(
      addresses.flatMap((ip, index) => [guess(index, ip), guess(index, ip), guess(index, ip)]),
    )
    expect(tally(codes)).toEqual({ api_key_invalid: 32, rate_limited: 868 })
    expect(lookedUp).toHaveLength(32)
    expect(await good('2001:db8:7:ffff::1')).toBe('rate_limited')
    expect(await good('2001:db8:8::1')).toBe('ok')
    expect(await good()).toBe('ok')
  })

  it('asks the limiter that it is given, by network from the narrowest to the widest', async () => {
    const settled: boolean[] = []
    const reserve = vi.fn<FailureLimiter['reserve']>(async () => ({
      reserved: true,
      settle: (failed) => settled.push(failed),
    }))
    const { good, guess } = await open({ failureLimiter: { reserve } })
    await good('2001:db8:7:1::1')
    await guess(1)
    await good(null)
    expect(reserve.mock.calls).toEqual([
      [
        [
          { network: '2001:db8:7:1::/64', ...perMinute(10) },
          { network: '2001:db8:7::/48', ...perMinute(160) },
        ],
      ],
      [[{ network: home, ...perMinute(10) }]],
    ])
    expect(settled).toEqual([false, true])
  })

  it.each<[string, () => unknown]>([
    ['rejects', () => Promise.reject(new Error('down'))],
    ['answers nothing', () => undefined],
    ['answers another thing', () => ({ admitted: true })],
    ['reserves without an end', () => ({ reserved: true })],
    ['never answers', () => new Promise(() => {})],
  ])('lets nobody through where the limiter %s', async (_fault, answer) => {
    const reserve = async () => answer() as never // what types forbid
    const { good, lookedUp } = await open({ failureLimiter: { reserve } })
    const code = good()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await code).toBe('auth_unavailable')
    expect(lookedUp).toEqual([])
  })

  it.each<[string, () => void]>([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
  ])('answers by what it found where the end of an attempt %s', async (_fault, settle) => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const { good, guess } = await open({ failureLimiter: { reserve: async () => ({ reserved: true, settle }) } })
    expect([await good(), await guess(1)]).toEqual(['ok', 'api_key_invalid'])
    // Node tells of rejections that nobody handles after all microtasks.
    vi.useRealTimers()
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('is asked for the next in line where the limiter leaves the first without an answer', async () => {
    const bound = { network: home, ...perMinute(10) }
    const answers: (() => Promise<FailureVerdict>)[] = [
      async () => ({ reserved: false, bound, resetMs: 1, isSpent: false }),
      () => new Promise(() => {}),
    ]
    const settle = vi.fn()
    const reserve = async (): Promise<FailureVerdict> => (await answers.shift()?.()) ?? { reserved: true, settle }
    const { good } = await open({ failureLimiter: { reserve } })
    const first = good()
    await vi.advanceTimersByTimeAsync(1_000)
    const next = good()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await first).toBe('auth_unavailable')
    expect(await next).toBe('ok')
    expect(settle.mock.calls).toEqual([[false]])
  })

  it('is needed where there is a limiter for it', () => {
    const limiter: FailureLimiter = { reserve: async () => ({ reserved: true, settle: () => {} }) }
    const field = expect.objectContaining({ code: 'invalid_options', field: 'failureLimit' })
    expect(() => openKeyring({ failureLimiter: limiter })).toThrow(field)
    const wrong = { failureLimit: perMinute(1), failureLimiter: {} as FailureLimiter } // what types forbid
    expect(() => openKeyring(wrong)).toThrow(expect.objectContaining({ field: 'failureLimiter' }))
  })
})
