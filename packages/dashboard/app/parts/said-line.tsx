import { usePage } from '../state/page.js'

/** Shows what is said in passing, to screen readers as well. */
export function SaidLine() {
  const { saying, strings } = usePage()
  const { said, clear } = saying
  return (
    <div class="said" role="status" aria-live="polite">
      {said !== null && (
        <p>
          {said.text}
          {said.undo !== undefined && (
            <button
              type="button"
              class="button bare"
              onClick={() => {
                said.undo?.()
                clear()
              }}
            >
              {strings.common.undo}
            </button>
          )}
        </p>
      )}
    </div>
  )
}
