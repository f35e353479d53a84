import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { InvalidInput, InvalidOptions } from '../../src/errors/input-errors.js'
import { attemptLines } from '../../src/limits/attempt-lines.js'
import { checkTake } from '../../src/limits/check-take.js'
import { denialOf } from '../../src/limits/denial-of.js'
import { failedAttempts } from '../../src/limits/failed-attempts.js'
import type { FailureVerdict, RefusedAttempt } from '../../src/limits/failure-limiter.js'
import { heldAnswers } from '../../src/limits/held-answers.js'
import { longestRefusal, memoryFailureLimiter } from '../../src/limits/memory-failure-limiter.js'
import { memoryRateLimiter } from '../../src/limits/memory-rate-limiter.js'
import {
  expectedRateLimit,
  isPolicyName,
  isRateLimit,
  maxLimit,
  maxRateLimits,
  maxWindowMs,
  parseRateLimitPolicies,
  parseRateLimits,
} from '../../src/limits/parse-rate-limits.js'
import { readClockOf } from '../../src/limits/read-clock-of.js'

const minute = { limit: 5, windowMs: 60_000 }
const fields = (field: string, expected: string, message = `${field} must be ${expected}.`) =>
  expect.objectContaining({ field, expected, message })

describe('a wrong limit is refused by a message that says what it must be', () => {
  const list = `a list of 1 to ${maxRateLimits} limits, or null`
  const named = `an object with 1 to ${maxRateLimits} limits, named with 1 to 64 printable ASCII characters`
  const windows = 'a list of limits with different values of windowMs'
  const policy = 'a name of 1 to 64 printable ASCII characters, different for each policy'
  const many = Array.from({ length: maxRateLimits + 1 }, (_, at) => ({ limit: 1, windowMs: (at + 1) * 1_000 }))

  it.each<[string, () => unknown, string, string]>([
    ['an empty list', () => parseRateLimits([], 'x'), 'x', list],
    ['a text', () => parseRateLimits('60', 'x'), 'x', list],
    ['too many', () => parseRateLimits(many, 'x'), 'x', list],
    ['one window twice', () => parseRateLimits([minute, minute], 'x'), 'x', windows],
    ['no limit in a list', () => parseRateLimits([minute, null], 'x'), 'x[1]', expectedRateLimit],
    ['no names', () => parseRateLimitPolicies([minute], 'x', InvalidInput), 'x', named],
    ['too many names', () => parseRateLimitPolicies({ ...many }, 'x', InvalidInput), 'x', named],
    ['no limit by a name', () => parseRateLimitPolicies({ a: {} }, 'x', InvalidInput), 'x.a', expectedRateLimit],
    ['a cost below 0', () => checkTake([], -1), 'cost', 'a whole number, 0 or more'],
    ['an empty name', () => checkTake([{ name: '', ...minute }], 1), 'policies[0].name', policy],
    [
      'one name twice',
      () =>
        checkTake(
          [
            { name: 'a', ...minute },
            { name: 'a', ...minute },
          ],
          1,
        ),
      'policies[1].name',
      policy,
    ],
    ['no limit', () => checkTake([{ name: 'a', limit: 0, windowMs: 1_000 }], 1), 'policies[0]', expectedRateLimit],
  ])('%s', (_, call, field, expected) => {
    expect(call).toThrow(InvalidInput)
    expect(call).toThrow(fields(field, expected))
  })

  it.each<[string, () => unknown, string, string, string?]>([
    [
      'an unknown option',
      () => memoryRateLimiter({ max: 1 } as never),
      'max',
      'left out: it is unknown',
      'Unknown option max. There are: maxCounts, now.',
    ],
    [
      'an unknown option of failures',
      () => memoryFailureLimiter({ max: 1 } as never),
      'max',
      'left out: it is unknown',
      'Unknown option max. There are: maxNetworks, now.',
    ],
    ['too little room', () => memoryFailureLimiter({ maxNetworks: 99 }), 'maxNetworks', 'a whole number, 100 or more'],
    ['no clock', () => readClockOf(7 as never), 'now', 'a function that returns a Date'],
    [
      'a failureLimit that is none',
      () => failedAttempts({ failureLimit: {} }, () => {}),
      'failureLimit',
      '{ limit, windowMs }, with a window of whole seconds',
    ],
    [
      'a failureLimiter alone',
      () => failedAttempts({ failureLimiter: memoryFailureLimiter() }, () => {}),
      'failureLimit',
      '',
      'Option failureLimiter counts nothing without failureLimit: set both.',
    ],
    [
      'a failureLimiter that is none',
      () => failedAttempts({ failureLimit: minute, failureLimiter: null }, () => {}),
      'failureLimiter',
      'a failure limiter such as redisFailureLimiter(client)',
    ],
  ])('%s, at start-up', (_, call, field, expected, message = `Option ${field} must be ${expected}.`) => {
    expect(call).toThrow(InvalidOptions)
    expect(call).toThrow(fields(field, expected, message))
  })

  it('takes the most of everything', () => {
    expect(parseRateLimits(many.slice(1), 'x')).toHaveLength(maxRateLimits)
    expect(parseRateLimitPolicies({ ...many.slice(1) }, 'x')).toHaveLength(maxRateLimits)
    expect(isRateLimit({ limit: maxLimit, windowMs: maxWindowMs })).toBe(true)
    expect(() => checkTake([], 0)).not.toThrow()
    expect(() => memoryRateLimiter({ maxCounts: 100 })).not.toThrow()
    expect(() => memoryFailureLimiter({ maxNetworks: 100 })).not.toThrow()
  })

  it.each(['a', ' ', '~', 'a b', 'x'.repeat(64)])('takes the name %j', (name) => {
    expect(isPolicyName(name)).toBe(true)
  })

  it.each(['', 'x'.repeat(65), 'a\n', '\ta', '\u007f', 'é', 7, undefined])('does not take the name %j', (name) => {
    expect(isPolicyName(name)).toBe(false)
  })
})

describe('denialOf', () => {
  const state = (name: string, remaining: number, resetMs: number) => ({
    policy: { name, ...minute },
    remaining,
    resetMs,
  })

  it('is null where all have enough, or nothing is asked for', () => {
    expect(denialOf([], 1)).toBeNull()
    expect(denialOf([state('a', 1, 10)], 1)).toBeNull()
    expect(denialOf([state('a', 0, 10)], 0)).toBeNull()
  })

  it('names those that have not, and tells the longest of their waits', () => {
    const states = [state('a', 0, 10), state('b', 1, 30), state('c', 2, 50)]
    const denial = { admitted: false, violated: ['a', 'b'], retryAfterMs: 30, states, degraded: false }
    expect(denialOf(states, 2)).toEqual(denial)
  })

  it('tells no wait where one never has so many', () => {
    expect(denialOf([state('a', 5, 10)], 5)).toBeNull()
    expect(denialOf([state('a', 4, 10)], 5)).toMatchObject({ retryAfterMs: 10 })
    expect(
      denialOf([state('a', 4, 10), { policy: { name: 'b', limit: 9, windowMs: 1_000 }, remaining: 3, resetMs: 7 }], 6),
    ).toMatchObject({
      violated: ['a', 'b'],
      retryAfterMs: null,
    })
  })
})

describe('longestRefusal', () => {
  const refusal = (resetMs: number, isSpent: boolean): RefusedAttempt => ({
    reserved: false,
    bound: { network: `n${resetMs}`, ...minute },
    resetMs,
    isSpent,
  })

  it.each<[string, RefusedAttempt[], number | undefined]>([
    ['nothing', [], undefined],
    ['one', [refusal(1, false)], 1],
    ['two that are spent', [refusal(1, true), refusal(2, true)], 2],
    ['two that are spent, the other way', [refusal(2, true), refusal(1, true)], 2],
    ['one that is held for longer, and one that is spent', [refusal(9, false), refusal(1, true)], 1],
    ['one that is spent, and one that is held for longer', [refusal(1, true), refusal(9, false)], 1],
    ['two that are held: the first', [refusal(1, false), refusal(9, false)], 1],
    [
      'two that are spent for as long: the first',
      [refusal(3, true), { ...refusal(3, true), bound: { network: 'x', ...minute } }],
      3,
    ],
  ])('of %s', (_, refused, resetMs) => {
    expect(longestRefusal(refused)?.bound.network).toBe(resetMs === undefined ? undefined : `n${resetMs}`)
  })
})

describe('attemptLines', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const bound = { network: 'n', ...minute }
  const site = { network: 's', ...minute }
  const yes: FailureVerdict = { reserved: true, settle: () => {} }
  const no = (isSpent: boolean, of = bound): FailureVerdict => ({ reserved: false, bound: of, resetMs: 1, isSpent })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a yes without an end', { reserved: true }],
    ['a yes with an end that is no function', { reserved: true, settle: true }],
    ['a no that does not say whether it is spent', { reserved: false, bound, resetMs: 1 }],
    ['a no without a bound', { reserved: false, resetMs: 1, isSpent: true }],
    ['a no without a time', { reserved: false, bound, isSpent: true }],
    ['a no with a time that has no end', { reserved: false, bound, resetMs: Number.POSITIVE_INFINITY, isSpent: true }],
    ['neither', { reserved: 'yes', settle: () => {}, bound, resetMs: 1, isSpent: true }],
  ])('takes %s for no verdict', async (_, verdict) => {
    const fault = 'The failure limiter gave no verdict'
    const now = attemptLines({ reserve: () => verdict as never })
    const later = attemptLines({ reserve: async () => verdict as never })
    await expect((async () => now.reserve([bound], 10))()).rejects.toThrow(fault)
    await expect((async () => later.reserve([bound], 10))()).rejects.toThrow(fault)
  })

  it('answers what is final at once', () => {
    expect(attemptLines({ reserve: () => yes }).reserve([bound], 10)).toMatchObject({ reserved: true })
    expect(attemptLines({ reserve: () => no(true) }).reserve([bound], 10)).toEqual(no(true))
  })

  it('asks again each 10 ms, for as long as the attempt may wait', async () => {
    const reserve = vi.fn(() => no(false))
    const waiting = (async () => attemptLines({ reserve }).reserve([bound], 35))()
    const refused = expect(waiting).rejects.toThrow()
    await vi.advanceTimersByTimeAsync(35)
    await vi.advanceTimersByTimeAsync(10)
    await refused
    expect(reserve).toHaveBeenCalledTimes(5) // at once, as the first in line, and after 10, 20 and 30 ms
    expect(vi.getTimerCount()).toBe(0)
  })

  it('asks again at once when an attempt of the network ends', async () => {
    const answers = [yes, no(false), no(false), yes]
    const lines = attemptLines({ reserve: () => answers.shift() ?? no(true) })
    const first = (await lines.reserve([bound, site], 100)) as Extract<FailureVerdict, { reserved: true }> // as it answers
    const second = lines.reserve([bound, site], 100)
    await vi.advanceTimersByTimeAsync(1)
    first.settle(false)
    await vi.advanceTimersByTimeAsync(0)
    expect(await second).toMatchObject({ reserved: true })
    expect(answers).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('stands in the line of the wider bound where that has none left', async () => {
    const answers = [no(false), no(false, site), no(false, site), no(true, site)]
    const lines = attemptLines({ reserve: () => answers.shift() ?? yes })
    const waiting = lines.reserve([bound, site], 100)
    await vi.advanceTimersByTimeAsync(50)
    expect(await waiting).toEqual(no(true, site))
  })
})

describe('heldAnswers', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('holds four of a network and 32 in all, each for 250 ms, and then others', async () => {
    const { hold } = heldAnswers()
    const all = (count: number, network: string) => {
      for (let left = count; left > 0; left -= 1) void hold(network)
      return vi.getTimerCount()
    }
    expect(all(5, 'a')).toBe(4)
    await vi.advanceTimersByTimeAsync(100)
    for (let index = 1; index < 8; index += 1) expect(all(4, `b${index}`)).toBe(4 + 4 * index)
    expect(all(1, 'c')).toBe(32)
    await vi.advanceTimersByTimeAsync(149)
    expect(vi.getTimerCount()).toBe(32)
    await vi.advanceTimersByTimeAsync(1)
    expect(vi.getTimerCount()).toBe(28)
    expect(all(9, 'a')).toBe(32)
    await vi.advanceTimersByTimeAsync(250)
    expect(vi.getTimerCount()).toBe(0)
    expect(all(9, 'b1')).toBe(4)
  })
})
