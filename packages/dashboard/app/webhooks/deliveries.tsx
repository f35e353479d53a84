import { useState } from 'preact/hooks'
import { answerOf, type Schemas } from '../client/client.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { Select } from '../parts/select.js'
import { usePage } from '../state/page.js'
import { usePages } from '../state/pages.js'
import { Delivery } from './delivery.js'

interface DeliveriesProps {
  readonly keyId: string
  readonly of: Schemas['Webhook']
  /** Grows when something was sent. */
  readonly revision: number
  readonly said: (text: string) => void
}

type Status = Schemas['WebhookDelivery']['status']

const pageSize = 20

/** What a webhook was sent, newest first, and what became of it. */
export function Deliveries({ keyId, of: hook, revision, said }: DeliveriesProps) {
  const { client, strings } = usePage()
  const words = strings.webhooks
  const [status, setStatus] = useState<Status | ''>('')
  const pages = usePages(
    (cursor, signal) => {
      const path = { id: keyId, webhook_id: hook.id }
      const query = { limit: pageSize, ...(status === '' ? {} : { status: [status] }), ...(cursor && { cursor }) }
      return answerOf(client.GET('/{id}/webhooks/{webhook_id}/deliveries', { params: { path, query }, signal }))
    },
    [client, keyId, hook.id, hook.version, status, revision],
  )
  const { items, isLoading, hasMore, error, more, reload } = pages
  return (
    <section class="deliveries" aria-label={words.deliveries}>
      <div class="part">
        <h3>{words.deliveries}</h3>
        <button type="button" class="button bare" disabled={isLoading} onClick={reload}>
          {words.refresh}
        </button>
      </div>
      <Select
        label={words.deliveryStatus}
        value={status}
        choices={[['', words.anyDelivery], ...Object.entries(words.deliveryStatuses)]}
        set={(one) => setStatus(one as Status | '')} // one of the choices
      />
      {items.length === 0 && error === null && (
        <p class="quiet" role="status">
          {isLoading ? strings.page.loading : status === '' ? words.noDelivery : words.noDeliveryMatches}
        </p>
      )}
      {items.length > 0 && (
        <ul class="rows" aria-busy={isLoading}>
          {items.map((delivery) => (
            <Delivery key={delivery.event_id} keyId={keyId} hook={hook} of={delivery} said={said} />
          ))}
        </ul>
      )}
      <ErrorNotice error={error} strings={strings} retry={more} />
      {hasMore && error === null && (
        <button type="button" class="button" disabled={isLoading} onClick={more}>
          {strings.common.more}
        </button>
      )}
    </section>
  )
}
