import { useRef, useState } from 'preact/hooks'
import type { Schemas } from '../client/client.js'
import { CopyButton } from '../parts/copy-button.js'
import { Icon } from '../parts/icon.js'
import { Sheet } from '../parts/sheet.js'
import { usePage } from '../state/page.js'
import { LeaveQuestion } from '../token/leave-question.js'
import { useLeaving } from '../token/token-sheet.js'

interface SecretSheetProps {
  /** Lives in the memory of the components that show it, and nowhere else. */
  readonly secret: string
  readonly of: Pick<Schemas['Webhook'], 'url' | 'previous_secret_expires_at'>
  readonly close: () => void
}

/** Shows a signing secret, once: whoever closes it without a copy is asked. */
export function SecretSheet({ secret, of: hook, close }: SecretSheetProps) {
  const { strings, formats } = usePage()
  const words = strings.webhooks
  const [isSaved, setSaved] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const shown = useRef<HTMLElement>(null)
  useLeaving({ isSaved, close })
  const leave = (): void => (isSaved ? close() : setAsking(true))
  return (
    <Sheet
      title={words.secretTitle}
      kind="wide"
      close={leave}
      footer={
        <button type="button" class="button primary" onClick={leave}>
          {strings.token.done}
        </button>
      }
    >
      <div class="notice good">
        <Icon name="warn" />
        <p>{words.secretOnce}</p>
      </div>
      <section class="token" aria-label={words.secretLabel(hook.url)}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: where the page may not copy, people select it */}
        <code ref={shown} tabIndex={0} dir="ltr">
          {secret}
        </code>
        <CopyButton text={secret} fallback={shown} copied={() => setSaved(true)} isPrimary />
      </section>
      <p class="quiet">{words.secretText}</p>
      {hook.previous_secret_expires_at !== null && (
        <p class="quiet">{words.previousSecret(formats.exact(hook.previous_secret_expires_at))}</p>
      )}
      {isAsking && (
        <LeaveQuestion title={words.leaveTitle} text={words.leaveText} stay={() => setAsking(false)} leave={close} />
      )}
    </Sheet>
  )
}
