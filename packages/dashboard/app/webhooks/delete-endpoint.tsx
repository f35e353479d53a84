import { answerOf, type Schemas } from '../client/client.js'
import { Question } from '../parts/question.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'

interface DeleteEndpointProps {
  readonly keyId: string
  readonly of: Schemas['Webhook']
  readonly close: () => void
  readonly removed: () => void
}

/** Deletes a webhook, after a question. */
export function DeleteEndpoint({ keyId, of: hook, close, removed }: DeleteEndpointProps) {
  const { client, strings, changed, say } = usePage()
  const words = strings.webhooks
  const { error, isBusy, run } = useAction()
  const remove = (): void =>
    void run(async () => {
      const params = { path: { id: keyId, webhook_id: hook.id } }
      await answerOf(client.DELETE('/{id}/webhooks/{webhook_id}', { params }))
    }).then((isDone) => {
      if (!isDone) return
      removed()
      changed()
      say(words.removed)
    })
  return (
    <Question
      title={words.removeTitle}
      close={close}
      label={words.remove}
      submit={remove}
      isOff={isBusy}
      isDangerous
      error={error}
    >
      <p class="hook-url" dir="ltr">
        {hook.url}
      </p>
      <p>{words.removeText}</p>
    </Question>
  )
}
