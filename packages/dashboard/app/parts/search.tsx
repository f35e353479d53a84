import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { usePage } from '../state/page.js'
import { Icon } from './icon.js'

/** How long a search of keys waits for the one before. */
const keysMs = 120
/** The same where the product itself is asked. */
export const hostMs = 300

interface SearchProps {
  readonly text: string
  readonly set: (text: string) => void
  /** What it searches. By default, keys. */
  readonly label?: string
  /** How long a search waits for the one before: the first is asked at once, the last one always. @defaultValue 120 */
  readonly pauseMs?: number
}

/** A field that searches while somebody types. */
export function Search({ text, set, label, pauseMs = keysMs }: SearchProps) {
  const { strings } = usePage()
  const id = useId()
  const [typed, setTyped] = useState(text)
  const asked = useRef({ text, at: 0, timer: 0 }).current
  const latest = useRef(set)
  latest.current = set
  const name = label ?? strings.list.search
  // Before anything more can be typed.
  useLayoutEffect(() => {
    if (text === asked.text) return
    // Cleared from elsewhere.
    clearTimeout(asked.timer)
    asked.text = text
    setTyped(text)
  }, [text])
  useEffect(() => () => clearTimeout(asked.timer), [])
  const type = (now: string): void => {
    setTyped(now)
    clearTimeout(asked.timer)
    const ask = (): void => {
      if (now === asked.text) return
      asked.text = now
      asked.at = Date.now()
      latest.current(now)
    }
    const wait = asked.at + pauseMs - Date.now()
    if (wait <= 0) ask()
    else asked.timer = window.setTimeout(ask, Math.min(wait, pauseMs))
  }
  return (
    <div class="search">
      <Icon name="search" />
      <label class="unseen" for={id}>
        {name}
      </label>
      <input
        id={id}
        type="search"
        maxLength={100}
        autoComplete="off"
        spellcheck={false}
        placeholder={name}
        value={typed}
        onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
        onInput={(event) => type(event.currentTarget.value)}
      />
    </div>
  )
}
