import type { BudgetQuery, BudgetState } from '@keywright/core'
import type { Argument, Given } from '../arguments/index.js'
import { usageFailure } from '../terminal/index.js'
import { organizationIn, type ownerOptions } from './owner-options.js'

/** The key whose budget a command is about. */
export const budgetArgument: Argument = {
  name: 'id',
  summary: 'The id of a key. Without it, give an organization, or a user in one.',
  required: false,
}

/** Whose budget a command is about. @throws Failure for nobody, and for two. */
export function budgetQueryOf(keyId: string | undefined, given: Given<typeof ownerOptions>): BudgetQuery {
  const { organization, user } = given
  if (keyId !== undefined) {
    if (organization !== undefined || user !== undefined) {
      throw usageFailure('A budget is of a key, or of --organization and --user: give one of them.')
    }
    return { keyId }
  }
  const organizationId = organizationIn(given)
  return user === undefined ? { organizationId } : { owner: { type: 'user', id: user, organizationId } }
}

/** What is left of a budget, in a line. */
export function describeBudget({ holder, limit, remaining, overdraft, refillsAt }: BudgetState): string {
  const owed = overdraft === 0 ? '' : `, ${overdraft} are owed`
  const refill = refillsAt === null ? 'not refilled' : `refilled ${refillsAt.toISOString()}`
  return `${holder}: ${remaining} of ${limit} credits are left${owed}, ${refill}\n`
}

/** Why budgets need a configuration. */
export const budgetsNeedConfig = { configFor: 'it says which budgets owners and organizations have' }
