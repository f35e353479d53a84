import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { usePage } from '../state/page.js'
import { Icon } from './icon.js'
import { SaidLine } from './said-line.js'

interface SheetProps {
  readonly title: ComponentChildren
  /** `side`: beside the list. `small`: a question in the middle. */
  readonly kind: 'side' | 'small' | 'wide'
  readonly close: () => void
  readonly children: ComponentChildren
  readonly footer?: ComponentChildren
}

/** A modal dialog. The browser keeps the focus within it, and gives it back. */
export function Sheet({ title, kind, close, children, footer }: SheetProps) {
  const { strings, saying } = usePage()
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const isOver = useRef(false)
  useLayoutEffect(() => {
    const { current } = dialog
    current?.showModal()
    const closed = saying.opened(id)
    return () => {
      isOver.current = true
      closed()
      current?.close()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      class={`sheet ${kind}`}
      aria-labelledby={id}
      onCancel={(event) => {
        // Another dialog within this one cancels by itself.
        event.preventDefault()
        if (event.target === dialog.current) close()
      }}
      onClose={({ target, currentTarget }) => {
        if (target === currentTarget && !isOver.current) openAgain(currentTarget)
      }}
    >
      <div class="top">
        <h2 id={id} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" class="button bare" aria-label={strings.common.close} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <div class="body">{children}</div>
      {footer !== undefined && <div class="foot">{footer}</div>}
      {saying.top === id && <SaidLine />}
    </dialog>
  )
}

/**
 * A browser lets nobody keep a dialog open against Escape pressed again and again. It is still asked for, so it is shown again, and
 * above it those that stand within it.
 */
function openAgain(dialog: HTMLDialogElement): void {
  for (const one of [dialog, ...dialog.querySelectorAll('dialog')]) {
    one.close()
    one.showModal()
  }
}
