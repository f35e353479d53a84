import { useEffect, useRef } from 'preact/hooks'
import { usePage } from '../state/page.js'

/** Shows what is said in passing, to screen readers as well. */
export function SaidLine() {
  const { saying, strings } = usePage()
  const { said, clear, hold } = saying
  const held = useRef({ pointer: false, focus: false }).current
  const holds = (by: keyof typeof held, isHeld: boolean) => (): void => {
    held[by] = isHeld
    hold(held.pointer || held.focus)
  }
  // What is gone hears of no pointer that leaves it.
  useEffect(() => () => hold(false), [])
  return (
    <div
      class="said"
      role="status"
      aria-live="polite"
      onPointerEnter={holds('pointer', true)}
      onPointerLeave={holds('pointer', false)}
      onFocusIn={holds('focus', true)}
      onFocusOut={holds('focus', false)}
    >
      {said !== null && (
        <p>
          {said.text}
          {said.undo !== undefined && (
            <button
              type="button"
              class="button bare"
              onClick={() => {
                said.undo?.()
                held.focus = false
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
