import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Icon } from './icon.js'

export interface MenuItem {
  readonly label: string
  readonly isDangerous?: boolean
  act(): void
}

/** A button that opens a list of actions. Arrow keys move within it. */
export function Menu({ label, items }: { readonly label: string; readonly items: readonly MenuItem[] }) {
  const [isOpen, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  if (items.length === 0) return null
  return (
    <>
      <button
        ref={button}
        type="button"
        class="button bare"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="more" />
      </button>
      {isOpen && button.current !== null && (
        <Items label={label} items={items} button={button.current} close={() => setOpen(false)} />
      )}
    </>
  )
}

interface ItemsProps {
  readonly label: string
  readonly items: readonly MenuItem[]
  readonly button: HTMLButtonElement
  readonly close: () => void
}

function Items({ label, items, button, close }: ItemsProps) {
  const list = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const { current } = list
    if (current === null) return
    current.showPopover()
    place(current, button)
    current.querySelector('button')?.focus()
    const follow = (): void => {
      const { top, bottom } = button.getBoundingClientRect()
      // A button that is cut by the edge of the window was pressed there, too.
      if (bottom < 0 || top > innerHeight) close()
      else place(current, button)
    }
    addEventListener('scroll', follow, { capture: true, passive: true })
    return () => removeEventListener('scroll', follow, { capture: true })
  }, [])
  const move = (event: KeyboardEvent): void => {
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])]
    const at = buttons.findIndex((one) => one.matches(':focus'))
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key]
    if (to !== undefined) {
      event.preventDefault()
      buttons.at(to % buttons.length)?.focus()
    }
    if (event.key === 'Escape' || event.key === 'Tab') {
      // The dialog around it is to stay.
      event.stopPropagation()
      if (event.key === 'Escape') event.preventDefault()
      button.focus()
      close()
    }
  }
  return (
    <div
      ref={list}
      class="menu"
      popover="auto"
      role="menu"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={move}
      onToggle={(event) => event.newState === 'closed' && close()}
    >
      {items.map((item) => (
        <button
          key={item.label}
          type="button"
          role="menuitem"
          class={item.isDangerous === true ? 'danger' : ''}
          onClick={() => {
            button.focus()
            close()
            item.act()
          }}
        >
          {item.label}
        </button>
      ))}
    </div>
  )
}

/** Below the button, or above it where the window ends. */
function place(list: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect()
  const { width, height } = list.getBoundingClientRect()
  const isLeft = getComputedStyle(button).direction === 'rtl'
  const left = isLeft ? at.left : at.right - width
  const top = at.bottom + height + 8 > innerHeight ? at.top - height - 4 : at.bottom + 4
  list.style.left = `${Math.min(Math.max(8, left), innerWidth - width - 8)}px`
  list.style.top = `${Math.max(8, top)}px`
}
