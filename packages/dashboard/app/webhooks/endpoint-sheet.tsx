import { useState } from 'preact/hooks'
import { answerOf, type Schemas } from '../client/client.js'
import { actorInWords } from '../keys/owner-in-words.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Sheet } from '../parts/sheet.js'
import { useLoad } from '../state/load.js'
import { usePage } from '../state/page.js'
import { Deliveries } from './deliveries.js'
import { EndpointActions } from './endpoint-actions.js'
import { EndpointStatus } from './endpoint-status.js'

interface EndpointSheetProps {
  readonly keyId: string
  readonly webhookId: string
}

/** One webhook: how it does, what can be done with it, and what it was sent. */
export function EndpointSheet({ keyId, webhookId }: EndpointSheetProps) {
  const page = usePage()
  const { client, strings, router, revision } = page
  const words = strings.webhooks
  const { data, error, reload } = useLoad(
    (signal) => {
      const path = { id: keyId, webhook_id: webhookId }
      return answerOf(client.GET('/{id}/webhooks/{webhook_id}', { params: { path }, signal }))
    },
    [client, keyId, webhookId, revision],
  )
  const [done, setDone] = useState({ count: 0, text: '' })
  const said = (text: string): void => setDone(({ count }) => ({ count: count + 1, text }))
  const close = (): void => router.go('webhooks', keyId)
  const isGone = error !== null && (error.status === 404 || error.status === 400)
  return (
    <Sheet kind="side" title={words.details} close={close}>
      {data === null && error === null && (
        <p class="quiet" role="status">
          {strings.page.loading}
        </p>
      )}
      <ErrorNotice error={error} strings={strings} retry={reload} text={isGone ? words.gone : undefined} />
      {data !== null && error === null && (
        <>
          <State of={data} />
          <EndpointActions keyId={keyId} of={data} close={close} said={said} />
          <p class="quiet note" role="status">
            {done.text}
          </p>
          <Facts of={data} />
          <Deliveries keyId={keyId} of={data} revision={done.count} said={said} />
        </>
      )}
    </Sheet>
  )
}

function State({ of: hook }: { readonly of: Schemas['Webhook'] }) {
  const { strings, formats } = usePage()
  const words = strings.webhooks
  return (
    <div class="state">
      <p class="hook-url" dir="ltr">
        {hook.url}
      </p>
      <EndpointStatus of={hook} />
      {hook.disabled_reason !== null && <p>{words.stops[hook.disabled_reason]}</p>}
      {hook.status === 'paused' && <p class="quiet">{words.pausedHint}</p>}
      {hook.previous_secret_expires_at !== null && Date.parse(hook.previous_secret_expires_at) > Date.now() && (
        <p class="quiet">{words.previousSecret(formats.exact(hook.previous_secret_expires_at))}</p>
      )}
    </div>
  )
}

function Facts({ of: hook }: { readonly of: Schemas['Webhook'] }) {
  const { client, strings, formats, catalog, options, revision } = usePage()
  const words = strings.webhooks
  const isCounted = catalog.permissions.manage_all
  const { data } = useLoad(
    async (signal) => (isCounted ? answerOf(client.GET('/webhooks/status', { signal })) : { endpoints: [] }),
    [client, isCounted, revision],
  )
  const counts = data?.endpoints.find(({ webhook_id: id }) => id === hook.id)
  const by = actorInWords(hook.created_by, options.productName)
  return (
    <dl class="facts">
      <div>
        <dt>{words.events}</dt>
        <dd>{hook.types === null ? words.allTypes : hook.types.map((type) => <code key={type}>{type}</code>)}</dd>
      </div>
      {hook.description !== null && (
        <div>
          <dt>{words.description}</dt>
          <dd>
            <bdi>{hook.description}</bdi>
          </dd>
        </div>
      )}
      <div>
        <dt>{words.created}</dt>
        <dd>{words.createdBy(by, formats.day(hook.created_at))}</dd>
      </div>
      {counts !== undefined && (
        <div>
          <dt>{words.last24h}</dt>
          <dd>{words.counts(formats.number(counts.delivered), formats.number(counts.failed))}</dd>
        </div>
      )}
    </dl>
  )
}
