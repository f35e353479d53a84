import type { Budget } from '../values/index.js'
import { type AccountState, accountAt, type BudgetAccount, giveBack, leftOf, periodOf, takeFrom } from './account.js'
import type { AccountsDecision, AccountsRead } from './store-budgets.js'
import type { BudgetDenial, BudgetState, ReservedPart } from './verdict.js'

/** A budget, and the account that counts what is spent of it. */
export interface KeptBudget {
  readonly account: BudgetAccount
  readonly budget: Budget
}

/** What a call got: what each account gave, or why none did. */
export type TakenOrDenied =
  | {
      readonly admitted: true
      readonly states: readonly BudgetState[]
      readonly parts: readonly ReservedPart[]
      readonly takenAt: Date
    }
  | BudgetDenial

/** What is left of a budget at an instant. */
export function stateOf({ account, budget }: KeptBudget, state: AccountState, now: Date): BudgetState {
  const left = leftOf(accountAt(state, budget, now), budget)
  const { endsAt } = periodOf(budget, now)
  return {
    holder: account.holder,
    limit: budget.limit,
    remaining: Math.max(left, 0),
    overdraft: Math.max(-left, 0),
    refillsAt: Number.isFinite(endsAt) ? new Date(endsAt) : null,
  }
}

/** Decides on a call: takes its cost from all budgets, or from none. Pure. */
export function takeFromAll(
  kept: readonly KeptBudget[],
  cost: number,
  { now, states }: AccountsRead,
): AccountsDecision<TakenOrDenied> {
  const all = kept.map((one, at) => {
    const before = accountAt(stateAt(states, at), one.budget, now)
    return { one, before, ...takeFrom(before, one.budget, cost) }
  })
  const short = all.filter(({ one, before }) => leftOf(before, one.budget) < cost)
  if (short.length > 0) {
    const refills = short.map(({ one, before }) => refillFor(one.budget, before, cost, now))
    const refillsAt = refills.includes(null) ? null : Math.max(...refills.map(Number))
    const denial: BudgetDenial = {
      admitted: false,
      states: all.map(({ one, before }) => stateOf(one, before, now)),
      exhausted: short.map(({ one }) => one.account.holder),
      refillsAt: refillsAt === null ? null : new Date(refillsAt),
      retryAfterMs: refillsAt === null ? null : refillsAt - now.getTime(),
    }
    return { write: null, audit: [], result: denial }
  }
  return {
    write: all.map(({ state }) => state),
    audit: [],
    result: {
      admitted: true,
      states: all.map(({ one, state }) => stateOf(one, state, now)),
      parts: all.map(({ one: { account, budget }, taken }) => ({
        holder: account.holder,
        id: account.id,
        budget,
        ...taken,
      })),
      takenAt: now,
    },
  }
}

/** When a budget has enough for a call by itself; `null`: never. */
function refillFor(budget: Budget, { extra }: AccountState, cost: number, now: Date): number | null {
  return budget.refill !== null && cost <= budget.limit + extra ? periodOf(budget, now).endsAt : null
}

/** What becomes of accounts once it is known what a call cost: less is given back, and more is taken, also where it is not there. Pure. */
export function settleParts(
  parts: readonly ReservedPart[],
  { cost, actualCost }: { readonly cost: number; readonly actualCost: number },
  { now, states }: AccountsRead,
): readonly AccountState[] {
  return parts.map((part, at) => {
    const state = accountAt(stateAt(states, at), part.budget, now)
    if (actualCost > cost) return takeFrom(state, part.budget, actualCost - cost).state
    return accountAt(giveBack(state, part, cost - actualCost), part.budget, now)
  })
}

function stateAt(states: readonly AccountState[], at: number): AccountState {
  const state = states[at]
  if (state === undefined) throw new TypeError('The store has read fewer accounts than it was asked for')
  return state
}
