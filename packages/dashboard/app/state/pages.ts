import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from '../client/api-error.js'

/** One page of a list, as the API answers it. */
interface ListPage<T> {
  readonly data: readonly T[]
  readonly next_cursor: string | null
}

export interface Pages<T> {
  readonly items: readonly T[]
  readonly isLoading: boolean
  readonly hasMore: boolean
  readonly error: ApiError | null
  /** Loads the next page, or again what failed. */
  more(): void
  /** Loads the list anew, from its first page. */
  reload(): void
}

interface State<T> extends Pick<Pages<T>, 'items' | 'isLoading' | 'error'> {
  readonly cursor: string | null
}

/** Loads a list page by page, and from its beginning whenever one of `inputs` changes. Only the newest answer counts. */
export function usePages<T>(
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<ListPage<T>>,
  inputs: readonly unknown[],
): Pages<T> {
  const [state, setState] = useState<State<T>>({ items: [], cursor: null, isLoading: true, error: null })
  const latest = useRef(load)
  latest.current = load
  const pending = useRef<AbortController | null>(null)
  const read = useCallback(async (cursor: string | null) => {
    pending.current?.abort()
    const abort = new AbortController()
    pending.current = abort
    setState((before) => ({ ...before, isLoading: true, error: null }))
    try {
      const { data, next_cursor: next } = await latest.current(cursor ?? undefined, abort.signal)
      if (abort.signal.aborted) return
      setState((before) => {
        const items = cursor === null ? data : [...before.items, ...data]
        return { items, cursor: next, isLoading: false, error: null }
      })
    } catch (error) {
      if (abort.signal.aborted) return
      if (!(error instanceof ApiError)) console.error(error)
      const shown = error instanceof ApiError ? error : new ApiError(null, null)
      setState((before) => ({ ...before, isLoading: false, error: shown }))
    }
  }, [])
  useEffect(() => {
    void read(null)
    return () => pending.current?.abort()
  }, inputs)
  const { items, cursor, isLoading, error } = state
  const reload = useCallback(() => void read(null), [read])
  return { items, isLoading, error, hasMore: cursor !== null, more: () => void read(cursor), reload }
}
