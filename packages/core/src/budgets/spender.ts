import type { KeyRecord } from '../values/index.js'
import type { BudgetReservation, BudgetVerdict } from './verdict.js'

/** A key that is used, and the store's clock. */
export interface SpentKey {
  readonly record: Pick<KeyRecord, 'id' | 'owner' | 'budget'>
  readonly now: Date
}

/** Takes the cost of requests from budgets. */
export interface Spender {
  /**
   * Takes credits from all budgets that a key is under, or from none. Where a use is asked for again, the answer is what it was.
   *
   * @param use - Stands for the request: however many guards it passes, it costs once.
   * @param cost - 0 takes nothing and asks no store, but can be settled.
   * @returns `null`, at once or later: the key is under no budget.
   */
  take(use: object, key: SpentKey, cost: number): Promise<BudgetVerdict | null> | null
  /** Gives back what a use took, since its request was refused all the same. */
  giveBack(use: object): Promise<void>
  /** Remembers what a request cost, under what its principals have in common. */
  remember(request: object, reservation: BudgetReservation): void
  /** What the request of a principal cost; `null`: it took from no budget. */
  reservationOf(request: object): BudgetReservation | null
}
