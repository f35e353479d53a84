import { useState } from 'preact/hooks'
import { ChosenPerson } from '../choose-person/chosen-person.js'
import { answerOf, type Key } from '../client/client.js'
import { Question } from '../parts/question.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'

interface TransferKeyProps {
  readonly of: Key
  readonly close: () => void
}

/** Gives a key of the organisation to somebody: to answer for it, or to have it. */
export function TransferKey({ of: { id, name }, close }: TransferKeyProps) {
  const page = usePage()
  const { client, strings } = page
  const words = strings.transfer
  const { error, isBusy, run } = useAction()
  const [isOwner, setOwner] = useState(false)
  const [personId, setPerson] = useState('')
  const to = personId.trim()
  const transfer = async (): Promise<void> => {
    const body = isOwner ? { owner_id: to } : { created_by_id: to }
    page.changed(await answerOf(client.POST('/{id}/transfer', { params: { path: { id } }, body })))
    page.say(words.done(name))
  }
  const submit = (): void => {
    if (to !== '') void run(transfer).then((isDone) => isDone && close())
  }
  return (
    <Question
      title={words.title(name)}
      close={close}
      label={strings.key.transfer}
      submit={submit}
      isOff={isBusy || to === ''}
      error={error}
    >
      <ChosenPerson
        label={words.person}
        value={personId}
        set={setPerson}
        fault={error?.faultAt(isOwner ? '/owner_id' : '/created_by_id')}
      />
      <label class="check">
        <input type="checkbox" checked={isOwner} onChange={() => setOwner(!isOwner)} />
        <span>{words.owner}</span>
      </label>
    </Question>
  )
}
