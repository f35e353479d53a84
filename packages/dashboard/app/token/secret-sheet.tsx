import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { CopyButton } from '../parts/copy-button.js'
import { Icon } from '../parts/icon.js'
import { Sheet } from '../parts/sheet.js'
import { useLeaveQuestion } from '../parts/use-leave-question.js'
import { usePage } from '../state/page.js'

interface SecretSheetProps {
  readonly secret: string
  readonly title: string
  /** What the secret is, for screen readers. */
  readonly label: string
  readonly notice: string
  readonly close: () => void
  /** What closing without a copy leads to; `null`: it can be shown again. */
  readonly leaving: { readonly title: string; readonly text: string } | null
  /** What else to do with it. `saved` says that somebody has a copy. */
  readonly children: (saved: () => void) => ComponentChildren
}

/** Shows a secret. Whoever closes the only sight of it without a copy is asked. */
export function SecretSheet({ secret, title, label, notice, close, leaving, children }: SecretSheetProps) {
  const { strings } = usePage()
  const [isSaved, setSaved] = useState(leaving === null)
  const shown = useRef<HTMLElement>(null)
  const words = { title: leaving?.title ?? '', text: leaving?.text ?? '', leave: strings.token.leaveAnyway }
  const { leave, question } = useLeaveQuestion({ isAsked: !isSaved, words, close })
  useLeavingPage({ isSaved, close })
  const saved = (): void => setSaved(true)
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
        <Icon name={leaving === null ? 'check' : 'warn'} />
        <p>{notice}</p>
      </div>
      <section class="token" aria-label={label}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: where the page may not copy, people select it */}
        <code ref={shown} tabIndex={0} dir="ltr">
          {secret}
        </code>
        <CopyButton text={secret} fallback={shown} copied={saved} isPrimary />
      </section>
      {children(saved)}
      {question}
    </Sheet>
  )
}

/** Whoever leaves the page without a copy is asked by the browser. A page that is left keeps no secret for "Back". */
function useLeavingPage({ isSaved, close }: { readonly isSaved: boolean; readonly close: () => void }): void {
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
