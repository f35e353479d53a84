import { answerOf, type Schemas } from '../client/client.js'
import { ErrorNotice } from '../parts/error-notice.js'
import { When } from '../parts/when.js'
import { useAction } from '../state/load.js'
import { usePage } from '../state/page.js'
import { useAttemptInWords } from './attempt-in-words.js'

interface DeliveryProps {
  readonly keyId: string
  readonly hook: Schemas['Webhook']
  readonly of: Schemas['WebhookDelivery']
  readonly said: (text: string) => void
}

const looks = { pending: 'expired', held: '', delivered: 'active', failed: 'revoked', dropped: '' } as const

/** One event: opened, it shows each attempt with the answer. */
export function Delivery({ keyId, hook, of: delivery, said }: DeliveryProps) {
  const { client, strings, formats, catalog } = usePage()
  const words = strings.webhooks
  const reasons: Readonly<Record<string, string>> = strings.codes
  const { error, isBusy, run } = useAction()
  const again = (): void =>
    void run(async () => {
      const params = { path: { id: keyId, webhook_id: hook.id } }
      const body = { event_id: delivery.event_id }
      const { queued } = await answerOf(client.POST('/{id}/webhooks/{webhook_id}/replay', { params, body }))
      said(words.queued(queued, formats.number(queued)))
    })
  // What still waits is not queued a second time.
  const isOver = delivery.status !== 'pending' && delivery.status !== 'held'
  const canRepeat = isOver && catalog.permissions.webhooks_manage && hook.status !== 'disabled_by_system'
  return (
    <li>
      <details class="delivery">
        <summary>
          <code>{delivery.event_type}</code>
          <span class={`badge ${looks[delivery.status]}`}>{words.deliveryStatuses[delivery.status]}</span>
          <When at={delivery.event_at} />
        </summary>
        <div class="delivery-body">
          {delivery.reason !== null && <p>{reasons[delivery.reason] ?? delivery.reason}</p>}
          {delivery.next_at !== null && delivery.status === 'pending' && (
            <p class="quiet">{words.nextAttempt(formats.ago(delivery.next_at))}</p>
          )}
          <p class="quiet">
            {words.eventId}: <code>{delivery.event_id}</code>
          </p>
          {delivery.log.length === 0 ? <p class="quiet">{words.noAttempt}</p> : <Attempts of={delivery} />}
          {canRepeat && (
            <button type="button" class="button" disabled={isBusy} onClick={again}>
              {words.again}
            </button>
          )}
          <ErrorNotice error={error} strings={strings} retry={again} />
        </div>
      </details>
    </li>
  )
}

function Attempts({ of: delivery }: { readonly of: Schemas['WebhookDelivery'] }) {
  const { strings, formats } = usePage()
  const words = strings.webhooks
  const inWords = useAttemptInWords()
  return (
    <table class="plain" aria-label={words.attempts(delivery.event_type)}>
      <thead>
        <tr>
          <th scope="col">{words.columns.at}</th>
          <th scope="col">{words.columns.result}</th>
          <th scope="col" class="end">
            {words.columns.took}
          </th>
        </tr>
      </thead>
      <tbody>
        {delivery.log.map((attempt) => (
          <tr key={attempt.at}>
            <td>
              <When at={attempt.at} />
            </td>
            <td>
              {inWords(attempt)}
              {attempt.text !== '' && <pre class="answer">{attempt.text}</pre>}
            </td>
            <td class="end">{formats.number(attempt.latency_ms)} ms</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
