import { useEffect, useMemo, useState } from 'preact/hooks'
import type { KeyQuery } from './query.js'

/** The keys that somebody ticked, or all that meet the query. */
export interface Selection {
  readonly ids: ReadonlySet<string>
  /** Everything that meets the query, loaded or not. */
  readonly isAll: boolean
  readonly size: number
  has(id: string): boolean
  toggle(id: string): void
  set(ids: readonly string[]): void
  /** Selects all `total` keys that meet the query. */
  all(total: number): void
  clear(): void
}

/** Another query is another list: what was selected in the one before is selected no more. */
export function useSelection(query: KeyQuery): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set())
  const [total, setTotal] = useState<number | null>(null)
  const text = JSON.stringify({ ...query, sort: '' })
  const clear = (): void => {
    setIds(new Set())
    setTotal(null)
  }
  useEffect(clear, [text])
  return useMemo(
    () => ({
      ids,
      isAll: total !== null,
      size: total ?? ids.size,
      has: (id) => total !== null || ids.has(id),
      toggle: (id) => {
        const next = new Set(ids)
        if (!next.delete(id)) next.add(id)
        setTotal(null)
        setIds(next)
      },
      set: (chosen) => {
        setTotal(null)
        setIds(new Set(chosen))
      },
      all: setTotal,
      clear,
    }),
    [ids, total],
  )
}
