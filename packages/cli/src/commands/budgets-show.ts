import { command } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { answer, answerJson, exitCode } from '../terminal/index.js'
import { budgetArgument, budgetQueryOf, budgetsNeedConfig, describeBudget } from './budget-query.js'
import { ownerOptions } from './owner-options.js'

/** `keywright budgets show` */
export const budgetsShow = command({
  name: 'budgets show',
  summary: 'Show what is left of the budgets of a key, a user or an organization.',
  details:
    'Of a key, with those of its owner and its organization: the least of them is what it can spend.\nNeeds a configuration.',
  takes: [budgetArgument],
  options: { ...placeOptions, ...ownerOptions },
  examples: ['budgets show a1B2c3D4e5F6', 'budgets show --organization acme --user ada --json'],
  run: (given, io, [id]) =>
    withKeyring(
      io,
      given,
      async ({ keyring }) => {
        const budgets = await keyring.budgets.get(budgetQueryOf(id, given))
        if (given.json) await answerJson(io, { budgets })
        else await answer(io, budgets.length === 0 ? 'There is no budget.\n' : budgets.map(describeBudget).join(''))
        return exitCode.ok
      },
      budgetsNeedConfig,
    ),
})
