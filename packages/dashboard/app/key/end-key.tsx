import { useState } from 'preact/hooks'
import { answerOf, type Key } from '../client/client.js'
import { Field } from '../parts/field.js'
import { Question } from '../parts/question.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'
import { withoutIsolates } from '../strings/isolated.js'

interface EndKeyProps {
  readonly of: Key
  readonly by: 'revoke' | 'remove'
  readonly close: () => void
}

/** Asks for the name of the key: what cannot be undone is not to be done by a slip. */
export function EndKey({ of: { id, name }, by, close }: EndKeyProps) {
  const page = usePage()
  const { client, strings, catalog } = page
  const { error, isBusy, run } = useAction()
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const isSure = withoutIsolates(typed).normalize('NFC').trim() === name
  const words =
    by === 'revoke'
      ? { title: strings.key.revokeTitle(name), text: strings.key.revokeText, done: strings.key.revoked(name) }
      : { title: strings.key.removeTitle(name), text: strings.key.removeText, done: strings.key.removed(name) }
  const end = async (): Promise<void> => {
    const path = { id }
    if (by === 'revoke') {
      const body = reason.trim() === '' ? {} : { reason: reason.trim() }
      page.changed(await answerOf(client.POST('/{id}/revoke', { params: { path }, body })))
    } else {
      await answerOf(client.DELETE('/{id}', { params: { path, query: { permanent: 'true' } } }))
      page.changed({ id, status: 'removed' })
    }
    page.say(words.done)
  }
  const submit = (): void => {
    if (isSure) void run(end).then((isDone) => isDone && close())
  }
  return (
    <Question
      title={words.title}
      close={close}
      label={strings.key[by]}
      submit={submit}
      isOff={!isSure || isBusy}
      isDangerous
      error={error}
    >
      <p>{words.text}</p>
      {by === 'revoke' && (
        <Field
          label={strings.key.revokeReason}
          isOptional
          value={reason}
          maxLength={catalog.limits.reason.maximum}
          set={setReason}
        />
      )}
      <Field label={strings.key.typeName(name)} value={typed} set={setTyped} enter={submit} />
    </Question>
  )
}
