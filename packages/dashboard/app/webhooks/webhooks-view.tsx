import { KeyList } from '../choose-key/key-list.js'
import { usePage } from '../state/page.js'
import { EndpointSheet } from './endpoint-sheet.js'
import { KeyWebhooks } from './key-webhooks.js'
import { QueueLine } from './queue-line.js'

/** The webhooks of one key. Which one, and which of its webhooks is open, stands in the path. */
export function WebhooksView() {
  const { strings, router, catalog } = usePage()
  const words = strings.webhooks
  const [, keyId, webhookId] = router.path
  return (
    <section aria-label={words.title}>
      {catalog.permissions.manage_all && <QueueLine />}
      {keyId === undefined ? (
        <>
          <div>
            <h2>{words.choose}</h2>
            <p class="quiet">{words.intro}</p>
          </div>
          <KeyList pick={({ id }) => router.go('webhooks', id)} none={words.chooseNone} />
        </>
      ) : (
        <KeyWebhooks key={keyId} keyId={keyId} />
      )}
      {keyId !== undefined && webhookId !== undefined && (
        <EndpointSheet key={webhookId} keyId={keyId} webhookId={webhookId} />
      )}
    </section>
  )
}
