import { Sheet } from '../parts/sheet.js'
import { usePage } from '../state/page.js'

interface LeaveQuestionProps {
  readonly title: string
  readonly text: string
  readonly stay: () => void
  readonly leave: () => void
}

/** Asks whoever closes what is shown once, and has no copy of it. */
export function LeaveQuestion({ title, text, stay, leave }: LeaveQuestionProps) {
  const { strings } = usePage()
  return (
    <Sheet
      title={title}
      kind="small"
      close={stay}
      footer={
        <>
          <button type="button" class="button" onClick={stay}>
            {strings.token.leaveStay}
          </button>
          <button type="button" class="button primary danger" onClick={leave}>
            {strings.token.leaveAnyway}
          </button>
        </>
      }
    >
      <p>{text}</p>
    </Sheet>
  )
}
