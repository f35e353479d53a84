import { beforeAll, describe, expect, it } from 'vitest'
import { testsEverything } from '../../../test/support/everything.js'
import { type FixtureRun, runFixture } from './run-fixture.js'

let outcome: FixtureRun

beforeAll(async () => {
  outcome = await runFixture('limiters.fixture.ts')
}, 120_000)

const titles = (limiter: string, status: 'passed' | 'failed') => outcome.titles(`${limiter}: RateLimiter`, status)

const exact = 'admits exactly 50 of 200 calls at once at limit 50 (RATE-4)'
const sparing = 'refuses a call of a cost above 1 only when too little is left (RATE-4)'
const allOrNone = 'takes from all policies or from none, and tells the longest wait (RATE-9)'
const impossible = 'reports a cost above a limit as never admitted, and takes nothing (RATE-10)'
const parts = 'counts parts of a subject by themselves, and takes from them and from the whole in one step (RATE-17)'
const namedParts = 'keeps the counts of parts apart, whatever they are called (RATE-17)'
const honest = 'admits all units again at the time that it told, and not before (RATE-3)'

describe.runIf(testsEverything)('testRateLimiter', () => {
  it('passes a sound limiter in every test', () => {
    expect(titles('sound', 'failed')).toEqual([])
    expect(titles('sound', 'passed').length).toBeGreaterThan(15)
  })

  it.each([
    ['looks before it counts', [exact, sparing]],
    ['takes from some', [exact, sparing, allOrNone, impossible, parts, honest]],
    ['prolongs windows', [honest]],
    ['tells the first wait', [allOrNone, honest]],
    ['keeps old limits', ['applies a changed limit at once to the units already counted (RATE-11)']],
    ['mixes parts', [parts, namedParts]],
    [
      'trusts its arguments',
      [
        'throws on a cost of -1, and takes nothing (RATE-10)',
        'throws on a cost of NaN, and takes nothing (RATE-10)',
        'throws on a cost of 0.5, and takes nothing (RATE-10)',
        'throws on a cost of Infinity, and takes nothing (RATE-10)',
        'throws on a cost of 9007199254740992, and takes nothing (RATE-10)',
        'throws on a window below a second',
        'throws on a window of half seconds',
        'throws on a limit of 0',
        'throws on a name that no header holds',
        'throws on a repeated name',
        'throws on a part without a name',
      ],
    ],
  ])('fails a limiter that %s, in the expected tests only', (limiter, failing) => {
    expect(titles(limiter, 'failed')).toEqual(failing)
    expect(titles(limiter, 'passed')).toHaveLength(titles('sound', 'passed').length - failing.length)
    expect(outcome.exitCode).toBe(1)
  })
})
