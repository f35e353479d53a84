import { useEffect, useRef, useState } from 'preact/hooks'
import { ChosenPerson } from '../choose-person/chosen-person.js'
import { Field } from '../parts/field.js'
import { Question } from '../parts/question.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'
import { type Leaving, revokeAllOf } from './revoke-all.js'

/** How many keys are named: of more, their number says enough. */
const mostShown = 100

/** Ends all keys of somebody: it names them first, and those that these created. */
export function LeaverSheet({ close }: { readonly close: () => void }) {
  const page = usePage()
  const { client, strings, formats, catalog } = page
  const words = strings.leavers
  const [personId, setPerson] = useState('')
  const [reason, setReason] = useState('')
  const [cascade, setCascade] = useState(true)
  const [found, setFound] = useState<Leaving | null>(null)
  const [ended, setEnded] = useState(0)
  const [typed, setTyped] = useState('')
  const stop = useRef(new AbortController())
  useEffect(() => () => stop.current.abort(), [])
  const { error, isBusy, run } = useAction()
  const asked = { client, personId: personId.trim(), reason: reason.trim(), cascade, signal: stop.current.signal }
  /** What was found is of what was filled in before. */
  const change = (set: () => void): void => {
    setFound(null)
    setTyped('')
    set()
  }
  const look = async (): Promise<void> => setFound(await revokeAllOf({ ...asked, isTrial: true }))
  const end = async (): Promise<void> => {
    // What was ended before an attempt failed is still ended.
    let number = ended
    try {
      await revokeAllOf({ ...asked, isTrial: false }, ({ keys }) => {
        number = ended + keys.length
        setEnded(number)
      })
    } finally {
      if (number > ended) page.changed()
    }
    page.say(words.done(number, formats.number(number)))
    close()
  }
  const count = found?.keys.length ?? 0
  const isReady = found === null ? asked.personId !== '' : count > 0 && typed.trim() === String(count)
  const submit = (): void => {
    if (isReady) void run(found === null ? look : end)
  }
  return (
    <Question
      title={words.title}
      close={close}
      label={isBusy ? strings.bulk.working : found === null ? words.look : strings.bulk.confirm.revoke}
      submit={submit}
      isOff={!isReady || isBusy}
      isDangerous={found !== null}
      error={error}
    >
      <p>{words.text}</p>
      <fieldset class="edit" disabled={isBusy}>
        <ChosenPerson label={words.person} value={personId} set={(id) => change(() => setPerson(id))} />
        <label class="check">
          <input
            type="checkbox"
            checked={cascade}
            onChange={({ currentTarget: { checked } }) => change(() => setCascade(checked))}
          />
          <span>{words.cascade}</span>
        </label>
        <Field
          isOptional
          label={strings.key.revokeReason}
          value={reason}
          maxLength={catalog.limits.reason.maximum}
          set={setReason}
        />
      </fieldset>
      {found !== null && <Found of={found} />}
      {count > 0 && (
        <Field hasFocus label={strings.bulk.typeCount(String(count))} value={typed} set={setTyped} enter={submit} />
      )}
      {isBusy && found !== null && <progress value={ended} max={count + ended} aria-label={strings.bulk.working} />}
      {ended > 0 && <p role="status">{words.done(ended, formats.number(ended))}</p>}
    </Question>
  )
}

/** The keys that would end. A key stands behind the one that created it, as the API has them. */
function Found({ of: { keys, refused } }: { readonly of: Leaving }) {
  const { strings, formats } = usePage()
  const words = strings.leavers
  const names = new Map(keys.map(({ id, name }) => [id, name]))
  return (
    <>
      <p role="status">
        <strong>{words.would(keys.length, formats.number(keys.length))}</strong>{' '}
        {refused > 0 && words.refused(refused, formats.number(refused))}
      </p>
      <ul class="rows ends">
        {keys.slice(0, mostShown).map(({ id, name, preview, created_by: by }) => (
          <li key={id}>
            <bdi>{name}</bdi> <code>{preview}</code>
            {by.type === 'key' && <small class="quiet">{words.child(names.get(by.id) ?? by.id)}</small>}
          </li>
        ))}
        {keys.length > mostShown && <li>{`+ ${formats.number(keys.length - mostShown)}`}</li>}
      </ul>
    </>
  )
}
