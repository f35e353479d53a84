import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTimeZone, periodAt } from '../../src/budgets/calendar.js'

const instant = (text: string) => new Date(text).getTime()
const shown = ({ startsAt, endsAt }: { startsAt: number; endsAt: number }) => [
  new Date(startsAt).toISOString(),
  new Date(endsAt).toISOString(),
]

describe('periodAt', () => {
  it.each([
    ['a day in UTC', 'day', 'UTC', '2026-03-05T13:00:00Z', '2026-03-05T00:00:00.000Z', '2026-03-06T00:00:00.000Z'],
    ['its first instant', 'day', 'UTC', '2026-03-05T00:00:00Z', '2026-03-05T00:00:00.000Z', '2026-03-06T00:00:00.000Z'],
    ['its last', 'day', 'UTC', '2026-03-05T23:59:59.999Z', '2026-03-05T00:00:00.000Z', '2026-03-06T00:00:00.000Z'],
    ['a leap month', 'month', 'UTC', '2028-02-29T12:00:00Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
    [
      'the turn of a year',
      'month',
      'UTC',
      '2026-12-31T23:59:59Z',
      '2026-12-01T00:00:00.000Z',
      '2027-01-01T00:00:00.000Z',
    ],
    [
      'a day of 23 hours',
      'day',
      'Europe/Berlin',
      '2026-03-29T12:00:00Z',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ],
    [
      'a day of 25 hours',
      'day',
      'Europe/Berlin',
      '2026-10-25T12:00:00Z',
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ],
    [
      'a month that loses an hour',
      'month',
      'America/New_York',
      '2026-03-15T00:00:00Z',
      '2026-03-01T05:00:00.000Z',
      '2026-04-01T04:00:00.000Z',
    ],
    // Clocks went from 23:59:59 to 01:00:00.
    [
      'a day without midnight',
      'day',
      'America/Sao_Paulo',
      '2018-11-04T12:00:00Z',
      '2018-11-04T03:00:00.000Z',
      '2018-11-05T02:00:00.000Z',
    ],
    // Clocks went from 23:59:59 back to 23:00:00.
    [
      'a day that ends twice',
      'day',
      'America/Sao_Paulo',
      '2018-02-18T02:30:00Z',
      '2018-02-17T02:00:00.000Z',
      '2018-02-18T03:00:00.000Z',
    ],
    // Samoa had no 30 December 2011.
    [
      'the day before one that was left out',
      'day',
      'Pacific/Apia',
      '2011-12-30T05:00:00Z',
      '2011-12-29T10:00:00.000Z',
      '2011-12-30T10:00:00.000Z',
    ],
    // Clocks went from 00:01 on 1 November back to 23:01 on 31 October.
    [
      'a midnight that comes twice',
      'day',
      'America/St_Johns',
      '2009-11-01T02:45:00Z',
      '2009-10-31T02:30:00.000Z',
      '2009-11-01T03:30:00.000Z',
    ],
  ] as const)('knows %s', (_, every, timeZone, at, startsAt, endsAt) => {
    expect(shown(periodAt({ every, timeZone }, instant(at)))).toEqual([startsAt, endsAt])
  })

  it('holds each instant in one period, the next one of which begins where it ends', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'Asia/Kathmandu', 'Pacific/Apia', 'America/St_Johns']
    const instants = fc.integer({ min: instant('2008-01-01T00:00:00Z'), max: instant('2040-01-01T00:00:00Z') })
    const refills = fc.record({
      every: fc.constantFrom('day' as const, 'month' as const),
      timeZone: fc.constantFrom(...zones),
    })
    fc.assert(
      fc.property(refills, instants, (refill, at) => {
        const { startsAt, endsAt } = periodAt(refill, at)
        expect(startsAt <= at && at < endsAt).toBe(true)
        expect(periodAt(refill, startsAt)).toEqual({ startsAt, endsAt })
        expect(periodAt(refill, endsAt - 1)).toEqual({ startsAt, endsAt })
        expect(periodAt(refill, endsAt).startsAt).toBe(endsAt)
        expect(periodAt(refill, startsAt - 1).endsAt).toBe(startsAt)
      }),
      { numRuns: 300 },
    )
  })

  it('throws for a time zone that the runtime does not know', () => {
    expect(() => periodAt({ every: 'day', timeZone: 'Mars/Olympus' }, 0)).toThrow(RangeError)
  })
})

describe('isTimeZone', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'])('accepts %s', (zone) => {
    expect(isTimeZone(zone)).toBe(true)
  })

  it.each(['', 'Berlin', 'Europe/Berlin ', 'x'.repeat(65), null, undefined, 1, ['UTC']])('refuses %j', (zone) => {
    expect(isTimeZone(zone)).toBe(false)
  })
})
