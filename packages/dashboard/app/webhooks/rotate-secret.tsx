import { useState } from 'preact/hooks'
import { answerOf, type Schemas } from '../client/client.js'
import { GraceSelect, usualGraceMs } from '../parts/grace-select.js'
import { Question } from '../parts/question.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'

interface RotateSecretProps {
  readonly keyId: string
  readonly of: Schemas['Webhook']
  readonly close: () => void
}

/** Gives a webhook a new secret, and shows it. */
export function RotateSecret({ keyId, of: hook, close }: RotateSecretProps) {
  const { client, strings, changed, showOnce } = usePage()
  const words = strings.webhooks
  const { error, isBusy, run } = useAction()
  const [graceMs, setGraceMs] = useState(usualGraceMs)
  const rotate = async (): Promise<void> => {
    const params = { path: { id: keyId, webhook_id: hook.id } }
    const body = { grace_ms: graceMs }
    const made = await answerOf(client.POST('/{id}/webhooks/{webhook_id}/rotate-secret', { params, body }))
    const { secret, ...endpoint } = made
    showOnce({ kind: 'webhook', secret, of: endpoint })
    changed()
  }
  const submit = (): void => void run(rotate).then((isDone) => isDone && close())
  return (
    <Question
      title={words.rotate}
      close={close}
      label={isBusy ? strings.key.rotating : words.rotate}
      submit={submit}
      isOff={isBusy}
      error={error}
    >
      <p>{words.rotateText}</p>
      <GraceSelect label={words.rotateGrace} graceMs={graceMs} set={setGraceMs} />
    </Question>
  )
}
