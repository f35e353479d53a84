import type { Schemas } from '../client/client.js'
import { usePage } from '../state/page.js'
import { SecretSheet } from '../token/secret-sheet.js'

interface WebhookSecretSheetProps {
  readonly secret: string
  readonly of: Pick<Schemas['Webhook'], 'url' | 'previous_secret_expires_at'>
  readonly close: () => void
}

/** Shows a signing secret, once. */
export function WebhookSecretSheet({ secret, of: hook, close }: WebhookSecretSheetProps) {
  const { strings, formats } = usePage()
  const words = strings.webhooks
  return (
    <SecretSheet
      secret={secret}
      title={words.secretTitle}
      label={words.secretLabel(hook.url)}
      notice={words.secretOnce}
      close={close}
      leaving={{ title: words.leaveTitle, text: words.leaveText }}
    >
      {() => (
        <>
          <p class="quiet">{words.secretText}</p>
          {hook.previous_secret_expires_at !== null && (
            <p class="quiet">{words.previousSecret(formats.exact(hook.previous_secret_expires_at))}</p>
          )}
        </>
      )}
    </SecretSheet>
  )
}
