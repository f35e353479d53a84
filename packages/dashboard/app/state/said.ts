import { useCallback, useMemo, useRef, useState } from 'preact/hooks'

/** What is said in passing. */
export interface Said {
  readonly text: string
  /** Takes it back. */
  readonly undo: (() => void) | undefined
}

/** What was said last, and where it is shown: nothing behind a modal dialog can be clicked, so the topmost one shows it. */
export interface Saying {
  readonly said: Said | null
  /** The topmost dialog. */
  readonly top: string | undefined
  say(text: string, undo?: () => void): void
  clear(): void
  /** While somebody points at it, or has the focus there, it stays. */
  hold(isHeld: boolean): void
  /** A dialog is open, until what it returns is called. */
  opened(id: string): () => void
}

/** How long it stays. */
const saidMs = 8_000

export function useSaying(): Saying {
  const [said, setSaid] = useState<Said | null>(null)
  const [dialogs, setDialogs] = useState<readonly string[]>([])
  const timer = useRef(0)
  const isHeld = useRef(false)
  const clear = useCallback(() => {
    isHeld.current = false
    setSaid(null)
  }, [])
  const wait = useCallback(() => {
    clearTimeout(timer.current)
    if (!isHeld.current) timer.current = window.setTimeout(clear, saidMs)
  }, [])
  const hold = useCallback((now: boolean) => {
    isHeld.current = now
    wait()
  }, [])
  const say = useCallback((text: string, undo?: () => void) => {
    setSaid({ text, undo })
    wait()
  }, [])
  const opened = useCallback((id: string) => {
    setDialogs((before) => [...before, id])
    return () => setDialogs((before) => before.filter((one) => one !== id))
  }, [])
  const top = dialogs.at(-1)
  return useMemo(() => ({ said, top, say, clear, hold, opened }), [said, top])
}
