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
  /** Changes what is loaded. */
  edit(change: (items: readonly T[]) => readonly T[]): void
}

interface State<T> extends Pick<Pages<T>, 'items' | 'isLoading' | 'error'> {
  /** Where the next page begins; `null`: there is none. */
  readonly next: string | null
  /** Where the page begins that is asked for, or that failed; `undefined`: the first one. */
  readonly asked: string | undefined
}

/**
 * Loads a list page by page, and from its beginning whenever one of `inputs` changes. What was there stays until the answer to new
 * inputs is. Only the newest answer counts.
 */
export function usePages<T>(
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<ListPage<T>>,
  inputs: readonly unknown[],
): Pages<T> {
  const [state, setState] = useState<State<T>>({
    items: [],
    next: null,
    asked: undefined,
    isLoading: true,
    error: null,
  })
  const latest = useRef(load)
  latest.current = load
  const pending = useRef<AbortController | null>(null)
  const read = useCallback(async (cursor: string | undefined) => {
    pending.current?.abort()
    const abort = new AbortController()
    pending.current = abort
    setState((before) => ({ ...before, asked: cursor, isLoading: true, error: null }))
    try {
      const { data, next_cursor: next } = await latest.current(cursor, abort.signal)
      if (abort.signal.aborted) return
      setState((before) => {
        const items = cursor === undefined ? data : [...before.items, ...data]
        return { items, next, asked: cursor, isLoading: false, error: null }
      })
    } catch (error) {
      if (abort.signal.aborted) return
      if (!(error instanceof ApiError)) console.error(error)
      const shown = error instanceof ApiError ? error : new ApiError(null, null)
      setState((before) => ({ ...before, isLoading: false, error: shown }))
    }
  }, [])
  useEffect(() => {
    void read(undefined)
    return () => pending.current?.abort()
  }, inputs)
  const { items, next, asked, isLoading, error } = state
  const more = useCallback(() => {
    if (isLoading) return
    if (error !== null) void read(asked)
    else if (next !== null) void read(next)
  }, [read, next, asked, isLoading, error])
  const reload = useCallback(() => void read(undefined), [read])
  const edit = useCallback<Pages<T>['edit']>(
    (change) => setState((before) => ({ ...before, items: change(before.items) })),
    [],
  )
  return { items, isLoading, error, hasMore: next !== null, more, reload, edit }
}
