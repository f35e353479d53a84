import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

interface Window {
  readonly first: number
  readonly last: number
  readonly rowHeight: number
}

/** Rows above and below what is seen, for the time until the next frame. */
const spare = 8

/**
 * Which of `count` rows of equal height are to be in the document. It asks where the rows stand in the window, so the page may scroll
 * in whatever part of the host's page scrolls. `nearEnd` is called when the end comes near.
 */
export function useWindow(rows: RefObject<HTMLElement | null>, count: number, nearEnd: () => void): Window {
  const [seen, setSeen] = useState<Window>({ first: 0, last: 0, rowHeight: 0 })
  const latest = useRef(nearEnd)
  latest.current = nearEnd
  useLayoutEffect(() => {
    const { current } = rows
    if (current === null) return
    let frame = 0
    const measure = (): void => {
      frame = 0
      const rowHeight = rowHeightOf(current)
      const { top } = current.getBoundingClientRect()
      const first = Math.max(0, Math.min(count, Math.floor(-top / rowHeight) - spare))
      const last = Math.max(first, Math.min(count, Math.ceil((innerHeight - top) / rowHeight) + spare))
      setSeen((before) =>
        before.first === first && before.last === last && before.rowHeight === rowHeight
          ? before
          : { first, last, rowHeight },
      )
      if (last >= count - spare) latest.current()
    }
    const later = (): void => {
      if (frame === 0) frame = requestAnimationFrame(measure)
    }
    measure()
    const observer = new ResizeObserver(later)
    observer.observe(current)
    addEventListener('scroll', later, { capture: true, passive: true })
    addEventListener('resize', later)
    return () => {
      observer.disconnect()
      cancelAnimationFrame(frame)
      removeEventListener('scroll', later, { capture: true })
      removeEventListener('resize', later)
    }
  }, [count])
  return seen.last === 0 && count > 0
    ? { ...seen, last: Math.min(count, 2 * spare) }
    : { ...seen, last: Math.min(seen.last, count), first: Math.min(seen.first, count) }
}

/** The stylesheet decides it, by the width of the page. */
function rowHeightOf(rows: HTMLElement): number {
  return Number.parseFloat(getComputedStyle(rows).getPropertyValue('--row-height')) || 64
}
