import { type BudgetInput, parseBudget } from '../budgets/index.js'
import { checkNames } from '../check/index.js'
import { InvalidOptions } from '../errors/index.js'
import { type Budget, isRecord, type MaybePromise, type Owner } from '../values/index.js'

/** A budget that is the same for all, or a function that looks it up: `null` for none. */
export type BudgetSource<Holder> = BudgetInput | ((holder: Holder) => BudgetInput | null | Promise<BudgetInput | null>)

/**
 * Budgets that keys share. A call takes from these and from the key's own budget together, or from none: so no key spends more than
 * its owner has left, and no owner more than the organization.
 */
export interface BudgetOptions {
  /** For all keys of one owner together. @defaultValue none */
  readonly owner?: BudgetSource<Owner> | undefined
  /** For all keys of one organization together. @defaultValue none */
  readonly organization?: BudgetSource<string> | undefined
}

/** Looks up a budget. */
export type FindBudget<Holder> = (holder: Holder) => MaybePromise<Budget | null>

/** The option `budgets`, read. `null`: nobody has such a budget. */
export interface SharedBudgets {
  readonly owner: FindBudget<Owner> | null
  readonly organization: FindBudget<string> | null
}

/** @throws {@link InvalidOptions} */
export function readBudgetOptions(options: unknown): SharedBudgets {
  if (options === undefined) return { owner: null, organization: null }
  if (!isRecord(options)) throw new InvalidOptions('budgets', '{ owner, organization }')
  checkNames(options, { owner: true, organization: true }, { at: 'budgets' })
  return {
    owner: readSource(options.owner, 'budgets.owner'),
    organization: readSource(options.organization, 'budgets.organization'),
  }
}

function readSource<Holder>(source: unknown, field: string): FindBudget<Holder> | null {
  if (source === undefined) return null
  if (typeof source !== 'function') {
    const budget = parseBudget(source, field, InvalidOptions)
    if (budget === null) throw new InvalidOptions(field, '{ limit, refill }, or a function that gives that')
    return () => budget
  }
  return async (holder) => {
    const answer: unknown = await source(holder)
    // What got lost on its way must not be taken for "no budget".
    if (answer === undefined) throw new TypeError(`${field} must answer { limit, refill }, or null for no budget`)
    return parseBudget(answer, field, InvalidOptions)
  }
}
