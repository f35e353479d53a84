import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { usePage } from '../state/page.js'
import { Sheet } from './sheet.js'

interface Leaving {
  /** Whether something would be lost. */
  readonly isAsked: boolean
  readonly words: { readonly title: string; readonly text: string; readonly leave: string }
  readonly close: () => void
}

interface LeaveQuestion {
  /** Closes, or asks first. */
  readonly leave: () => void
  /** Stands within the dialog that is closed. */
  readonly question: ComponentChildren
}

/** Asks whoever closes a dialog in which something is not saved. */
export function useLeaveQuestion({ isAsked, words, close }: Leaving): LeaveQuestion {
  const { strings } = usePage()
  const [isAsking, setAsking] = useState(false)
  const stay = (): void => setAsking(false)
  const question = isAsking && (
    <Sheet
      title={words.title}
      kind="small"
      close={stay}
      footer={
        <>
          <button type="button" class="button" onClick={stay}>
            {strings.common.stay}
          </button>
          <button type="button" class="button primary danger" onClick={close}>
            {words.leave}
          </button>
        </>
      }
    >
      <p>{words.text}</p>
    </Sheet>
  )
  return { leave: isAsked ? () => setAsking(true) : close, question }
}
