import { answerOf, type Key, type Schemas } from '../client/client.js'
import { Fact } from '../parts/fact.js'
import { When } from '../parts/when.js'
import { useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'

/** What is left of each budget that a key is under, and when there is more. */
export function KeyBudgets({ of: { id, version } }: { readonly of: Key }) {
  const { client, strings, revision } = usePage()
  const words = strings.key
  const { data, error } = useLoad(
    (signal) => answerOf(client.GET('/{id}/budget', { params: { path: { id } }, signal })),
    [client, id, version, revision],
  )
  if (error !== null) return <Fact label={words.budgets.key}>{words.budgetUnknown}</Fact>
  if (data === null) return null
  if (data.data.length === 0) return <Fact label={words.budgets.key}>{words.noBudget}</Fact>
  return data.data.map((state) => <BudgetFact key={state.holder} of={state} />)
}

function BudgetFact({ of: state }: { readonly of: Schemas['BudgetState'] }) {
  const { strings, formats } = usePage()
  const words = strings.key
  const { holder, limit, remaining, overdraft, refills_at: refillsAt } = state
  return (
    <Fact label={words.budgets[holder]}>
      {words.budgetLeft(formats.number(remaining), formats.number(limit))}
      {overdraft > 0 && ` ${words.budgetOwed(formats.number(overdraft))}`}
      <progress value={remaining} max={Math.max(limit, remaining, 1)} aria-label={words.budgets[holder]} />
      <span class="quiet">
        {refillsAt === null ? (
          words.budgetNoRefill
        ) : (
          <>
            {words.budgetRefill} <When at={refillsAt} />
          </>
        )}
      </span>
    </Fact>
  )
}
