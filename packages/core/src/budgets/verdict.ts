import type { Budget, BudgetHolder } from '../values/index.js'
import type { Taken } from './account.js'

/** What is left of one budget. */
export interface BudgetState {
  readonly holder: BudgetHolder
  readonly limit: number
  /** Credits that can be spent now, those that were granted among them. */
  readonly remaining: number
  /** What calls cost beyond all that there was: it is taken from what comes next. */
  readonly overdraft: number
  /** When there are `limit` credits again; `null`: never. */
  readonly refillsAt: Date | null
}

/** What one account gave for a call, and the budget that it was taken under. */
export interface ReservedPart extends Taken {
  readonly holder: BudgetHolder
  readonly id: string
  readonly budget: Budget
}

/**
 * Credits that were taken for a call, until it is known what the call really cost. Without any further word, they are spent. It is plain
 * data: as JSON, it can go with a job to another process.
 */
export interface BudgetReservation {
  readonly id: string
  readonly keyId: string
  readonly organizationId: string
  readonly cost: number
  /** By the store's clock. */
  readonly takenAt: Date
  readonly parts: readonly ReservedPart[]
}

/** The answer to a call that costs credits. */
export type BudgetVerdict = BudgetAdmission | BudgetDenial

/** The credits were taken from each budget that applies. */
export interface BudgetAdmission {
  readonly admitted: true
  readonly states: readonly BudgetState[]
  readonly reservation: BudgetReservation
}

/** Nothing was taken from any budget. */
export interface BudgetDenial {
  readonly admitted: false
  readonly states: readonly BudgetState[]
  /** Whose budgets have too few credits left. */
  readonly exhausted: readonly BudgetHolder[]
  /** When the same call is admitted, without other calls; `null`: never by itself, for want of a refill, or since it costs more than that gives. */
  readonly refillsAt: Date | null
  /** Milliseconds until then. */
  readonly retryAfterMs: number | null
}
