import { isKeyError, type RequestRepeated } from '@keywright/core'
import { command } from '../arguments/index.js'
import { placeOptions, withKeyring } from '../host/index.js'
import { answer, answerJson, exitCode, usageFailure } from '../terminal/index.js'
import { actorOf, actorOption } from './actor-option.js'
import { budgetArgument, budgetQueryOf, budgetsNeedConfig, describeBudget } from './budget-query.js'
import { ownerOptions } from './owner-options.js'

/** `keywright budgets grant` */
export const budgetsGrant = command({
  name: 'budgets grant',
  summary: 'Add credits to the budget of a key, a user or an organization, with a record in the log.',
  details:
    'They are spent after the limit, and stay until they are spent. With --once, the same command again within a day grants nothing more.\nNeeds a configuration.',
  takes: [{ name: 'credits', summary: 'How many: a whole number.' }, budgetArgument],
  options: {
    ...placeOptions,
    ...ownerOptions,
    once: { type: 'text', value: 'name', summary: 'A name of this grant, which is carried out once.' },
    ...actorOption,
  },
  examples: [
    'budgets grant 500 a1B2c3D4e5F6 --actor user:ada',
    'budgets grant 10000 --organization acme --once invoice-2027-01',
  ],
  run: (given, io, [count = '', id]) =>
    withKeyring(
      io,
      given,
      async (opened) => {
        const { keyring } = opened
        const query = budgetQueryOf(id, given)
        if (!/^\d{1,15}$/.test(count)) throw usageFailure('The credits must be a whole number, such as 500.')
        const granting = keyring.budgets.grant(query, Number(count), {
          actor: actorOf(given, opened),
          idempotencyKey: given.once,
        })
        const { budget, granted } = await granting.then(
          (state) => ({ budget: state, granted: true }),
          async (error: unknown) => {
            if (!isKeyError(error) || error.code !== 'request_repeated') throw error
            const [state] = (error as RequestRepeated).isSame ? await keyring.budgets.get(query) : [] // the only error with this code
            if (state === undefined) throw error
            return { budget: state, granted: false }
          },
        )
        if (given.json) await answerJson(io, { budget, granted })
        else
          await answer(io, `${describeBudget(budget)}${granted ? '' : 'It was granted before: nothing was added.\n'}`)
        return exitCode.ok
      },
      budgetsNeedConfig,
    ),
})
