import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AccountState,
  accountAt,
  emptyAccount,
  giveBack,
  grantTo,
  leftOf,
  type Taken,
  takeFrom,
} from '../../src/budgets/account.js'
import type { Budget } from '../../src/values/budget.js'

const daily: Budget = { limit: 10, refill: { every: 'day', timeZone: 'UTC' } }
const dayMs = 86_400_000
const day = (number: number) => new Date(Date.UTC(2026, 0, 1) + number * dayMs)

/**
 * A plain model, kept as a list of what happened: what is there is added up anew each time. A day gives its limit, a debt is paid by what
 * comes next, and a grant stays until it is spent.
 */
class Model {
  readonly limit: number
  used = 0
  granted = 0
  day = 1

  constructor(limit: number) {
    this.limit = limit
  }

  begin(day: number): void {
    while (day > this.day) {
      this.day += 1
      this.used = 0
      this.pay()
    }
    this.pay()
  }

  pay(): void {
    while (this.granted < 0 && this.used < this.limit) {
      this.granted += 1
      this.used += 1
    }
  }

  get left(): number {
    return Math.max(this.limit - this.used, 0) + this.granted
  }

  /** One credit after the other. */
  take(credits: number): readonly ('limit' | 'granted')[] {
    return Array.from({ length: credits }, () => {
      if (this.used < this.limit) {
        this.used += 1
        return 'limit'
      }
      this.granted -= 1
      return 'granted'
    })
  }
}

describe('an account', () => {
  it('is, after any calls, what a plain model of it is', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('take' as const), credits: fc.integer({ min: 0, max: 14 }) }),
      fc.record({ do: fc.constant('settle' as const), at: fc.nat(), actual: fc.integer({ min: 0, max: 20 }) }),
      fc.record({ do: fc.constant('grant' as const), credits: fc.integer({ min: 1, max: 9 }) }),
      // Also back: a clock that is set does not give anything twice.
      fc.record({ do: fc.constant('time' as const), days: fc.constantFrom(0, 1, 1, 2, 5, 400, -1) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let state: AccountState = accountAt(emptyAccount, daily, day(1))
        const model = new Model(daily.limit)
        let today = 1
        const open: {
          readonly cost: number
          readonly taken: Taken
          readonly of: readonly string[]
          readonly day: number
        }[] = []
        for (const one of steps) {
          if (one.do === 'time') {
            // A day that nobody has seen before the clock goes back has not begun.
            if (one.days < 0) state = accountAt(state, daily, day(today))
            today = Math.max(1, today + one.days)
            model.begin(today)
            // Nobody looks: what an account is does not depend on who has looked before.
            expect(leftOf(accountAt(state, daily, day(today)), daily)).toBe(model.left)
            continue
          }
          state = accountAt(state, daily, day(today))
          if (one.do === 'take' && leftOf(state, daily) >= one.credits) {
            const { state: after, taken } = takeFrom(state, daily, one.credits)
            open.push({ cost: one.credits, taken, of: model.take(one.credits), day: model.day })
            state = after
          } else if (one.do === 'grant') {
            state = accountAt(grantTo(state, one.credits), daily, day(today))
            model.granted += one.credits
            model.pay()
          } else if (one.do === 'settle' && open.length > 0) {
            const [{ cost, taken, of, day: of_ }] = open.splice(one.at % open.length, 1) as [(typeof open)[number]] // one is there
            if (one.actual > cost) {
              state = takeFrom(state, daily, one.actual - cost).state
              model.take(one.actual - cost)
            } else {
              state = accountAt(giveBack(state, taken, cost - one.actual), daily, day(today))
              // Last taken, first given back; of a day that is over, the limit is.
              const back = of.slice(one.actual)
              model.granted += back.filter((from) => from === 'granted').length
              const ofLimit = back.filter((from) => from === 'limit').length
              if (of_ === model.day) model.used -= Math.min(ofLimit, model.used)
              model.pay()
            }
          }
          expect(leftOf(state, daily)).toBe(model.left)
          expect(state.used).toBeLessThanOrEqual(daily.limit)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('gives no more than its limit in a day, however the day is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 }), (costs) => {
        let state = emptyAccount
        let given = 0
        for (const cost of costs) {
          state = accountAt(state, daily, day(3))
          if (leftOf(state, daily) < cost) continue
          state = takeFrom(state, daily, cost).state
          given += cost
        }
        expect(given).toBeLessThanOrEqual(daily.limit)
      }),
    )
  })

  it('keeps what was spent where a limit or a refill is changed', () => {
    const spent = takeFrom(accountAt(emptyAccount, daily, day(3)), daily, 8).state
    const monthly: Budget = { limit: 10, refill: { every: 'month', timeZone: 'UTC' } }
    expect(leftOf(accountAt(spent, monthly, day(3)), monthly)).toBe(2)
    const once: Budget = { limit: 10, refill: null }
    expect(leftOf(accountAt(spent, once, day(9)), once)).toBe(2)
    const lower: Budget = { ...daily, limit: 5 }
    expect(leftOf(accountAt(spent, lower, day(3)), lower)).toBe(0)
    const higher: Budget = { ...daily, limit: 15 }
    expect(leftOf(accountAt(spent, higher, day(3)), higher)).toBe(7)
  })

  it('throws where it cannot count any more', () => {
    expect(() => grantTo({ period: 0, used: 0, extra: Number.MAX_SAFE_INTEGER }, 1)).toThrow(RangeError)
  })
})
