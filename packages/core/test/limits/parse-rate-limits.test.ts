import { describe, expect, it } from 'vitest'
import { InvalidInput, InvalidOptions } from '../../src/errors/input-errors.js'
import { nameRateLimits, parseRateLimitPolicies, parseRateLimits } from '../../src/limits/parse-rate-limits.js'

const good = { limit: 60, windowMs: 60_000 }
const day = 86_400_000

describe('parseRateLimits, of one limit,', () => {
  it.each([
    [{ limit: 1, windowMs: 1_000 }],
    [{ limit: 999_999_999_999_999, windowMs: 366 * day }],
    [{ ...good, note: 'left out of the copy' }],
  ])('takes %o', (value) => {
    expect(parseRateLimits([value], 'rateLimits')).toEqual([{ limit: value.limit, windowMs: value.windowMs }])
  })

  it.each([
    [null],
    [60],
    [{}],
    [{ limit: 60 }],
    [{ ...good, limit: 0 }],
    [{ ...good, limit: -1 }],
    [{ ...good, limit: 1.5 }],
    [{ ...good, limit: Number.NaN }],
    [{ ...good, limit: '60' }],
    [{ ...good, limit: 1e15 }],
    [{ ...good, windowMs: 0 }],
    [{ ...good, windowMs: 999 }],
    [{ ...good, windowMs: 1_500 }],
    [{ ...good, windowMs: Number.POSITIVE_INFINITY }],
    [{ ...good, windowMs: 366 * day + 1_000 }],
  ])('refuses %o', (value) => {
    expect(() => parseRateLimits([good, value], 'rateLimits')).toThrow(
      /^rateLimits\[1\] must be { limit, windowMs } with .* window of whole seconds/,
    )
  })
})

describe('parseRateLimits', () => {
  it.each([null, undefined])('reads %s as the defaults', (value) => {
    expect(parseRateLimits(value, 'rateLimits')).toBeNull()
  })

  it.each([
    ['an empty list, which could mean all or nothing', []],
    [
      'more limits than a header should carry',
      Array.from({ length: 9 }, (_, at) => ({ limit: 1, windowMs: (at + 1) * 1_000 })),
    ],
    ['a limit outside a list', good],
    ['a window that comes twice', [good, { ...good, limit: 5 }]],
  ])('refuses %s', (_, value) => {
    expect(() => parseRateLimits(value, 'rateLimits')).toThrow(InvalidInput)
    expect(() => parseRateLimits(value, 'rateLimits', InvalidOptions)).toThrow(InvalidOptions)
  })

  it('names limits after their windows', () => {
    const limits = parseRateLimits([good, { limit: 1_000, windowMs: day }], 'rateLimits') ?? []
    expect(nameRateLimits(limits).map(({ name }) => name)).toEqual(['60s', '86400s'])
  })
})

describe('parseRateLimitPolicies', () => {
  it('reads limits by name', () => {
    expect(parseRateLimitPolicies({ burst: { limit: 5, windowMs: 1_000 }, default: good }, 'rateLimits')).toEqual([
      { name: 'burst', limit: 5, windowMs: 1_000 },
      { name: 'default', limit: 60, windowMs: 60_000 },
    ])
  })

  it.each([
    ['no object', null, 'rateLimits'],
    ['a list', [good], 'rateLimits'],
    ['no limits', {}, 'rateLimits'],
    ['a name that no header holds', { größe: good }, 'rateLimits'],
    ['a name with a line break', { 'a\nb': good }, 'rateLimits'],
    ['an empty name', { '': good }, 'rateLimits'],
    ['a bad limit, by its name', { default: good, daily: { limit: 0, windowMs: day } }, 'rateLimits.daily'],
  ])('refuses %s', (_, value, field) => {
    expect(() => parseRateLimitPolicies(value, 'rateLimits')).toThrow(InvalidOptions)
    expect(() => parseRateLimitPolicies(value, 'rateLimits')).toThrow(expect.objectContaining({ field }))
    expect(() => parseRateLimitPolicies(value, 'rateLimits', InvalidInput)).toThrow(InvalidInput)
  })
})
