import { useState } from 'preact/hooks'
import { answerOf, type Schemas } from '../client/client.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'
import { DeleteEndpoint } from './delete-endpoint.js'
import { EndpointForm } from './endpoint-form.js'
import { ReplayTime } from './replay-time.js'
import { RotateSecret } from './rotate-secret.js'
import { TestResult } from './test-result.js'

interface EndpointActionsProps {
  readonly keyId: string
  readonly of: Schemas['Webhook']
  readonly close: () => void
  /** Says what was done within the dialog: what stands outside it is not heard. */
  readonly said: (text: string) => void
}

/** What can be done with a webhook, by those who may. */
export function EndpointActions({ keyId, of: hook, close, said }: EndpointActionsProps) {
  const { client, strings, catalog, changed } = usePage()
  const words = strings.webhooks
  const [asked, setAsked] = useState<'edit' | 'rotate' | 'replay' | 'remove' | null>(null)
  const [result, setResult] = useState<Schemas['WebhookTest'] | null>(null)
  const test = useAction()
  const toggle = useAction()
  if (!catalog.permissions.webhooks_manage) return null
  const params = { path: { id: keyId, webhook_id: hook.id } }
  const isActive = hook.status === 'active'
  const sendTest = (): void => {
    setResult(null)
    void test.run(async () => {
      setResult(await answerOf(client.POST('/{id}/webhooks/{webhook_id}/test', { params })))
      said('')
    })
  }
  const setActive = (): void =>
    void toggle.run(async () => {
      if (isActive) await answerOf(client.POST('/{id}/webhooks/{webhook_id}/pause', { params }))
      else await answerOf(client.POST('/{id}/webhooks/{webhook_id}/resume', { params }))
      changed()
      said(isActive ? words.paused : words.resumed)
    })
  const done = (): void => setAsked(null)
  const ask = (name: NonNullable<typeof asked>, look = '') => (
    <button type="button" class={`button ${look}`} onClick={() => setAsked(name)}>
      {words[name]}
    </button>
  )
  return (
    <>
      <div class="buttons">
        {isActive && (
          <button type="button" class="button" disabled={test.isBusy} onClick={sendTest}>
            {test.isBusy ? words.testing : words.test}
          </button>
        )}
        <button type="button" class="button" disabled={toggle.isBusy} onClick={setActive}>
          {isActive ? words.pause : words.resume}
        </button>
        {ask('edit')}
        {ask('rotate')}
        {hook.status !== 'disabled_by_system' && ask('replay')}
        {ask('remove', 'danger')}
      </div>
      {result !== null && <TestResult of={result} />}
      <ErrorNotice error={test.error} strings={strings} retry={sendTest} />
      <ErrorNotice error={toggle.error} strings={strings} retry={setActive} />
      {asked === 'edit' && <EndpointForm keyId={keyId} of={hook} close={done} />}
      {asked === 'rotate' && <RotateSecret keyId={keyId} of={hook} close={done} />}
      {asked === 'replay' && <ReplayTime keyId={keyId} of={hook} close={done} said={said} />}
      {asked === 'remove' && <DeleteEndpoint keyId={keyId} of={hook} close={done} removed={close} />}
    </>
  )
}
