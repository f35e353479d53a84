import { describe, expect, it } from 'vitest'
import { rateLimitFields } from '../../src/http/rate-limit-fields.js'
import type { RateLimitState } from '../../src/limits/rate-limiter.js'

const state = (name: string, limit: number, windowMs: number, remaining: number, resetMs: number): RateLimitState => ({
  policy: { name, limit, windowMs },
  remaining,
  resetMs,
})

const burst = state('burst', 5, 1_000, 0, 1)
const daily = state('daily', 1_000, 86_400_000, 990, 80_000_001)
describe('rateLimitFields (HTTP-12)', () => {
  it.each([
    ['no policy', [], {}],
    [
      'one policy',
      [state('name', 60, 60_000, 0, 12_000)],
      { RateLimit: '"name";r=0;t=12', 'RateLimit-Policy': '"name";q=60;w=60' },
    ],
    [
      'several, with time rounded up',
      [burst, daily],
      {
        RateLimit: '"burst";r=0;t=1, "daily";r=990;t=80001',
        'RateLimit-Policy': '"burst";q=5;w=1, "daily";q=1000;w=86400',
      },
    ],
    [
      'nothing taken yet',
      [state('a', 5, 1_000, 5, 0)],
      { RateLimit: '"a";r=5;t=0', 'RateLimit-Policy': '"a";q=5;w=1' },
    ],
    [
      'a name with quotes stays within its quotes',
      [state('a";r=9\\', 5, 1_000, 5, 0)],
      { RateLimit: '"a\\";r=9\\\\";r=5;t=0', 'RateLimit-Policy': '"a\\";r=9\\\\";q=5;w=1' },
    ],
  ])('writes the fields for %s', (_, states, expected) => {
    expect(rateLimitFields(states)).toEqual(expected)
  })
})
