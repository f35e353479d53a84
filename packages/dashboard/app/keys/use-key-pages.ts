import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from '../client/api-error.js'
import { answerOf, type Key } from '../client/client.js'
import type { operations } from '../client/schema.js'
import { usePage } from '../state/page.js'
import { type KeyQuery, parametersOf } from './query.js'

export interface KeyPages {
  readonly keys: readonly Key[]
  /** How many keys there are on all pages; `null`: not known yet. */
  readonly total: number | null
  readonly isLoading: boolean
  readonly hasMore: boolean
  readonly error: ApiError | null
  /** Loads the next page, or again what failed. */
  more(): void
  /** Shows a key as it is now; `null`: it is gone. */
  patch(id: string, key: Key | null): void
}

const pageSize = 100

interface State {
  readonly keys: readonly Key[]
  readonly total: number | null
  readonly cursor: string | null
  readonly isLoading: boolean
  readonly error: ApiError | null
}

const nothing: State = { keys: [], total: null, cursor: null, isLoading: true, error: null }

/** The keys that meet a query, page by page. What was there stays until the answer to a new query is. */
export function useKeyPages(query: KeyQuery): KeyPages {
  return useListedKeys(parametersOf(query))
}

export function useListedKeys(parameters: NonNullable<operations['listKeys']['parameters']['query']>): KeyPages {
  const { client, revision } = usePage()
  const [state, setState] = useState<State>(nothing)
  const pending = useRef<AbortController | null>(null)
  const text = JSON.stringify(parameters)

  const load = useCallback(
    async (cursor: string | null) => {
      pending.current?.abort()
      const abort = new AbortController()
      pending.current = abort
      setState((before) => ({ ...before, isLoading: true, error: null }))
      const query = {
        ...(JSON.parse(text) as typeof parameters), // as it was written
        limit: pageSize,
        ...(cursor === null ? { total: 'true' as const } : { cursor }),
      }
      try {
        const page = await answerOf(client.GET('', { params: { query }, signal: abort.signal }))
        if (abort.signal.aborted) return
        pending.current = null
        setState((before) => ({
          keys: cursor === null ? page.data : [...before.keys, ...page.data],
          total: page.total?.count ?? before.total,
          cursor: page.next_cursor,
          isLoading: false,
          error: null,
        }))
      } catch (error) {
        if (abort.signal.aborted) return
        pending.current = null
        const shown = error instanceof ApiError ? error : new ApiError(null, null)
        setState((before) => ({ ...before, isLoading: false, error: shown }))
      }
    },
    [client, text],
  )

  useEffect(() => {
    void load(null)
    return () => pending.current?.abort()
  }, [load, revision])

  const { keys, cursor, isLoading } = state
  const more = useCallback(() => {
    if (pending.current !== null && isLoading) return
    if (keys.length === 0 || cursor !== null) void load(keys.length === 0 ? null : cursor)
  }, [load, keys.length, cursor, isLoading])
  const patch = useCallback((id: string, key: Key | null) => {
    setState((before) => ({
      ...before,
      keys: before.keys.flatMap((one) => (one.id !== id ? [one] : key === null ? [] : [key])),
    }))
  }, [])
  return { keys, total: state.total, isLoading, hasMore: cursor !== null, error: state.error, more, patch }
}
