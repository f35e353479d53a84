import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { usePage } from '../state/page.js'
import { Icon } from './icon.js'

interface CopyButtonProps {
  readonly text: string
  /** Shows the text: it is selected where the browser does not let the page copy. */
  readonly fallback: RefObject<HTMLElement | null>
  readonly label?: string
  readonly copied?: () => void
  readonly isPrimary?: boolean
}

/** How long the button says that it has copied. */
const shownMs = 2_500

export function CopyButton({ text, fallback, label, copied, isPrimary = false }: CopyButtonProps) {
  const { strings, say } = usePage()
  const [isDone, setDone] = useState(false)
  useEffect(() => {
    if (!isDone) return
    const timer = setTimeout(() => setDone(false), shownMs)
    return () => clearTimeout(timer)
  }, [isDone])
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setDone(true)
      copied?.()
    } catch {
      const { current } = fallback
      if (current === null) return
      current.focus()
      getSelection()?.selectAllChildren(current)
      say(strings.token.selected)
    }
  }
  return (
    <button
      type="button"
      class={`button ${isPrimary ? 'primary' : ''}`}
      aria-label={isDone ? undefined : label}
      onClick={() => void copy()}
    >
      <Icon name={isDone ? 'check' : 'copy'} />
      {isDone ? strings.common.copied : strings.common.copy}
      <span class="unseen" role="status">
        {isDone && strings.common.copied}
      </span>
    </button>
  )
}
