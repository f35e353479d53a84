import { useEffect, useRef, useState } from 'preact/hooks'
import { ErrorNotice } from '../parts/error-notice.js'
import { Field } from '../parts/field.js'
import { Question } from '../parts/question.js'
import { useAction, useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'
import { type BulkOutcome, type BulkVerb, changeSeveral } from './change-several.js'
import type { KeyQuery } from './query.js'
import type { Selection } from './selection.js'

interface BulkSheetProps {
  readonly verb: BulkVerb
  readonly selection: Selection
  readonly query: KeyQuery
  readonly close: (isDone: boolean) => void
}

/** Asks the API first what would change, and says so before anything does. */
export function BulkSheet({ verb, selection, query, close }: BulkSheetProps) {
  const page = usePage()
  const { client, strings, formats } = page
  const [typed, setTyped] = useState('')
  const [checked, setChecked] = useState(0)
  const [changed, setChanged] = useState(0)
  const stop = useRef(new AbortController())
  useEffect(() => () => stop.current.abort(), [])
  const trial = useLoad(
    (signal) => {
      const counted = (outcome: BulkOutcome): void => setChecked(sizeOf(outcome))
      return changeSeveral(client, verb, { selection, query, isTrial: true, signal }, counted)
    },
    [client, verb],
  )
  const { error, isBusy, run } = useAction()
  const change = async (): Promise<void> => {
    const { signal } = stop.current
    // What was done before an attempt failed is still done.
    const before = changed
    let done = before
    const counted = (outcome: BulkOutcome): void => {
      done = before + outcome.done
      setChanged(done)
    }
    try {
      await changeSeveral(client, verb, { selection, query, isTrial: false, signal }, counted)
    } finally {
      if (done > before) page.changed()
    }
    page.say(strings.bulk.done(done, formats.number(done)))
  }
  const count = trial.data?.done ?? 0
  // A revocation cannot be undone: whoever revokes several types how many.
  const isSure = verb !== 'revoke' || typed.trim() === String(count)
  const submit = (): void => void run(change).then((isDone) => isDone && close(true))
  return (
    <Question
      title={strings.bulk.titles[verb](formats.number(selection.size))}
      close={() => close(false)}
      label={isBusy ? strings.bulk.working : strings.bulk.confirm[verb]}
      submit={submit}
      isOff={count === 0 || isBusy || !isSure}
      isDangerous={verb === 'revoke'}
      error={error}
    >
      {trial.isLoading && (
        <>
          <p role="status">{strings.bulk.checking}</p>
          <progress value={checked} max={selection.size} aria-label={strings.bulk.checking} />
        </>
      )}
      {trial.data !== null && <Outcome of={trial.data} />}
      {verb === 'revoke' && count > 0 && (
        <Field
          label={strings.bulk.typeCount(String(count))}
          value={typed}
          set={setTyped}
          enter={() => isSure && submit()}
        />
      )}
      {isBusy && <progress value={changed} max={Math.max(1, count)} aria-label={strings.bulk.working} />}
      <ErrorNotice error={trial.error} strings={strings} retry={trial.reload} />
    </Question>
  )
}

function sizeOf({ done, unchanged, refused }: BulkOutcome): number {
  return done + unchanged + refused
}

function Outcome({ of: { done, unchanged, refused, reasons } }: { readonly of: BulkOutcome }) {
  const { strings, formats } = usePage()
  const { bulk } = strings
  return (
    <>
      <p>
        <strong>{bulk.would(done, formats.number(done))}</strong>
      </p>
      {unchanged > 0 && <p class="quiet">{bulk.unchanged(unchanged, formats.number(unchanged))}</p>}
      {refused > 0 && (
        <>
          <p>{bulk.refused(refused, formats.number(refused))}</p>
          <ul>
            {reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
