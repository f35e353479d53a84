import { describe, expect, it } from 'vitest'
import { InvalidInput, InvalidOptions } from '../../src/errors/index.js'
import { nameRateLimits, readRateLimitPolicies, readRateLimits } from '../../src/limits/index.js'

const good = { limit: 60, windowMs: 60_000 }
const day = 86_400_000

describe('one limit', () => {
  it.each([
    [{ limit: 1, windowMs: 1_000 }],
    [{ limit: 999_999_999_999_999, windowMs: 24 * day }],
    [{ ...good, note: 'left out of the copy' }],
  ])('%o is read', (value) => {
    expect(readRateLimits([value], 'rateLimits')).toEqual([{ limit: value.limit, windowMs: value.windowMs }])
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
    [{ ...good, windowMs: 24 * day + 1_000 }],
  ])('%o is refused: only whole seconds can be kept', (value) => {
    expect(() => readRateLimits([good, value], 'rateLimits')).toThrow(
      /^rateLimits\[1\]: expected { limit, windowMs }: .* window of whole seconds/,
    )
  })
})

describe('readRateLimits', () => {
  it.each([null, undefined])('%s stands for the defaults', (value) => {
    expect(readRateLimits(value, 'rateLimits')).toBeNull()
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
    expect(() => readRateLimits(value, 'rateLimits')).toThrow(InvalidInput)
    expect(() => readRateLimits(value, 'rateLimits', InvalidOptions)).toThrow(InvalidOptions)
  })

  it('gives limits that are called after their windows', () => {
    const limits = readRateLimits([good, { limit: 1_000, windowMs: day }], 'rateLimits') ?? []
    expect(nameRateLimits(limits).map(({ name }) => name)).toEqual(['60s', '86400s'])
  })
})

describe('readRateLimitPolicies', () => {
  it('reads limits by name', () => {
    expect(readRateLimitPolicies({ burst: { limit: 5, windowMs: 1_000 }, default: good }, 'rateLimits')).toEqual([
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
    expect(() => readRateLimitPolicies(value, 'rateLimits')).toThrow(InvalidOptions)
    expect(() => readRateLimitPolicies(value, 'rateLimits')).toThrow(expect.objectContaining({ field }))
    expect(() => readRateLimitPolicies(value, 'rateLimits', InvalidInput)).toThrow(InvalidInput)
  })
})
