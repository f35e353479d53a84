import { useEffect, useRef, useState } from 'preact/hooks'
import type { Key } from '../client/client.js'
import { CopyButton } from '../parts/copy-button.js'
import { Icon } from '../parts/icon.js'
import { Sheet } from '../parts/sheet.js'
import { usePage } from '../state/page.js'
import { LeaveQuestion } from './leave-question.js'
import { TokenUses } from './token-uses.js'

interface TokenSheetProps {
  /** Lives in the memory of the components that show it, and nowhere else. */
  readonly token: string
  readonly of: Pick<Key, 'name' | 'previous_token_expires_at'>
  readonly title: string
  readonly close: () => void
  /** It is never shown again: whoever closes it without a copy is asked. */
  readonly isOnce: boolean
}

/** Shows a token, and what to do with it. */
export function TokenSheet({ token, of: key, title, close, isOnce }: TokenSheetProps) {
  const { strings, formats } = usePage()
  const [isSaved, setSaved] = useState(!isOnce)
  const [isAsking, setAsking] = useState(false)
  const shown = useRef<HTMLElement>(null)
  useLeaving({ isSaved, close })
  const leave = (): void => (isSaved ? close() : setAsking(true))
  const saved = () => setSaved(true)
  return (
    <Sheet
      title={title}
      kind="wide"
      close={leave}
      footer={
        <button type="button" class="button primary" onClick={leave}>
          {strings.token.done}
        </button>
      }
    >
      <div class="notice good">
        <Icon name={isOnce ? 'warn' : 'check'} />
        <p>{isOnce ? strings.token.once : strings.token.recorded}</p>
      </div>
      <p class="unseen" id="token-label">
        {strings.token.label(key.name)}
      </p>
      <section class="token" aria-labelledby="token-label">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: where the page may not copy, people select it */}
        <code ref={shown} tabIndex={0} dir="ltr">
          {token}
        </code>
        <CopyButton text={token} fallback={shown} copied={saved} isPrimary />
      </section>
      {key.previous_token_expires_at !== null && isOnce && (
        <p class="quiet">{strings.token.graceUntil(formats.exact(key.previous_token_expires_at))}</p>
      )}
      <TokenUses token={token} saved={saved} />
      {isAsking && (
        <LeaveQuestion
          title={strings.token.leaveTitle}
          text={strings.token.leaveText}
          stay={() => setAsking(false)}
          leave={close}
        />
      )}
    </Sheet>
  )
}

/** Whoever leaves the page without a copy is asked by the browser. A page that is left keeps no token for "Back". */
export function useLeaving({ isSaved, close }: { readonly isSaved: boolean; readonly close: () => void }): void {
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    if (!isSaved) addEventListener('beforeunload', ask)
    addEventListener('pagehide', close)
    return () => {
      removeEventListener('beforeunload', ask)
      removeEventListener('pagehide', close)
    }
  }, [isSaved])
}
