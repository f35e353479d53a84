import type { Budget } from '../values/index.js'

/**
 * Whether a key with `budget` can never spend more than one with `bound`, whose days and months are those of another time zone perhaps.
 * `null`: no budget, so no bound.
 */
export function isWithinBudget(budget: Budget | null, bound: Budget | null): boolean {
  if (bound === null) return true
  if (budget === null) return false
  return budget.limit * periodsWithin(budget, bound) <= bound.limit
}

/** How many periods of a budget a period of its bound may touch. */
function periodsWithin({ refill }: Budget, { refill: bound }: Budget): number {
  if (refill === null) return 1
  if (bound === null) return Number.POSITIVE_INFINITY
  const apart = refill.timeZone === bound.timeZone ? 0 : 1
  return (refill.every === 'day' && bound.every === 'month' ? 31 : 1) + apart
}
