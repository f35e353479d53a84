import type { Budget, BudgetHolder } from '../values/index.js'
import { type Period, periodAt } from './calendar.js'

/** Whose credits an account counts, within one organization. */
export interface BudgetAccount {
  readonly organizationId: string
  readonly holder: BudgetHolder
  /** Of the key; of the owner, with its type before it: see `accountOfOwner`; of the organization. */
  readonly id: string
}

/** An account as a store keeps it. Whole numbers. */
export interface AccountState {
  /** The beginning of the day or month that `used` counts; 0: none has begun. */
  readonly period: number
  /** What was taken from the limit in it. */
  readonly used: number
  /** What is left of credits that were granted beside the limit. Negative: what calls cost beyond all that there was. */
  readonly extra: number
}

/** What one account gave for a call. */
export interface Taken {
  readonly period: number
  readonly ofLimit: number
  readonly ofExtra: number
}

/** An account from which nothing was ever taken. */
export const emptyAccount: AccountState = { period: 0, used: 0, extra: 0 }

const always: Period = { startsAt: 0, endsAt: Number.POSITIVE_INFINITY }

/** The period of a budget at an instant. One without refill has one period, which never ends. */
export function periodOf({ refill }: Budget, now: Date): Period {
  return refill === null ? always : periodAt(refill, now.getTime())
}

/**
 * An account as it is at an instant: where a new period has begun, the whole limit is there again. What calls had cost beyond all that
 * there was is paid by it, and by periods in which nothing was spent. A period never begins twice, and none that is over begins again:
 * neither when a clock goes back, nor when the refill is changed.
 */
export function accountAt(state: AccountState, budget: Budget, now: Date): AccountState {
  const { startsAt } = periodOf(budget, now)
  if (startsAt <= state.period) return pay(state, budget.limit)
  const idle = Math.max(0, periodsBetween(budget, state.period, startsAt) - 1)
  const extra = state.extra >= 0 ? state.extra : Math.min(0, state.extra + budget.limit * idle)
  return pay({ period: startsAt, used: 0, extra }, budget.limit)
}

function pay({ period, used, extra }: AccountState, limit: number): AccountState {
  const paid = Math.min(Math.max(limit - used, 0), Math.max(-extra, 0))
  return { period, used: used + paid, extra: extra + paid }
}

/** How many periods have begun since one did. Those of a calendar differ in length by less than half of one. */
function periodsBetween({ refill }: Budget, since: number, startsAt: number): number {
  if (refill === null || since === 0) return 1
  const dayMs = 86_400_000
  return Math.round((startsAt - since) / (refill.every === 'day' ? dayMs : 30.436875 * dayMs))
}

/** The credits that an account has left, at the instant that it is of. Negative: calls cost more than there was. */
export function leftOf({ used, extra }: AccountState, { limit }: Budget): number {
  return Math.max(limit - used, 0) + extra
}

/** Takes credits: first from the limit, then from what was granted. What is not there either makes `extra` negative. */
export function takeFrom(
  { period, used, extra }: AccountState,
  { limit }: Budget,
  credits: number,
): { readonly state: AccountState; readonly taken: Taken } {
  const ofLimit = Math.min(Math.max(limit - used, 0), credits)
  const ofExtra = credits - ofLimit
  const state = { period, used: used + ofLimit, extra: safe(extra - ofExtra) }
  return { state, taken: { period, ofLimit, ofExtra } }
}

/** Gives back some of what was taken. What came from the limit of a period that is over went with it. */
export function giveBack({ period, used, extra }: AccountState, taken: Taken, credits: number): AccountState {
  const toExtra = Math.min(credits, taken.ofExtra)
  const toLimit = taken.period === period ? Math.min(credits - toExtra, taken.ofLimit, used) : 0
  return { period, used: used - toLimit, extra: safe(extra + toExtra) }
}

/** Adds credits beside the limit. They stay until they are spent. */
export function grantTo({ period, used, extra }: AccountState, credits: number): AccountState {
  return { period, used, extra: safe(extra + credits) }
}

/** Beyond this, adding one may change nothing. */
function safe(credits: number): number {
  if (Number.isSafeInteger(credits)) return credits
  throw new RangeError('A budget cannot count so many credits.')
}
