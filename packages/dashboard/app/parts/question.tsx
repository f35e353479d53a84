import type { ComponentChildren } from 'preact'
import type { ApiError } from '../client/api-error.js'
import { usePage } from '../state/page.js'
import { ErrorNotice } from './error-notice.js'
import { Sheet } from './sheet.js'

interface QuestionProps {
  readonly title: ComponentChildren
  /** What the button says that answers it. */
  readonly label: string
  readonly submit: () => void
  readonly close: () => void
  /** Whether the answer is under way, or may not be given yet. */
  readonly isOff: boolean
  readonly isDangerous?: boolean
  readonly error: ApiError | null
  readonly children: ComponentChildren
}

/** A dialog that asks for one thing, and says what came of it. */
export function Question(props: QuestionProps) {
  const { title, label, submit, close, isOff, isDangerous = false, error, children } = props
  const { strings } = usePage()
  return (
    <Sheet
      title={title}
      kind="small"
      close={close}
      footer={
        <>
          <button type="button" class="button" onClick={close}>
            {strings.common.cancel}
          </button>
          <button
            type="button"
            class={`button primary ${isDangerous ? 'danger' : ''}`}
            disabled={isOff}
            onClick={submit}
          >
            {label}
          </button>
        </>
      }
    >
      {children}
      <ErrorNotice error={error} strings={strings} retry={submit} />
    </Sheet>
  )
}
