import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from '../client/api-error.js'

export interface Loaded<T> {
  /** `null` until it is there. While it is loaded again, what there was stays. */
  readonly data: T | null
  readonly error: ApiError | null
  readonly isLoading: boolean
  reload(): void
}

/** Loads something, and again whenever one of `inputs` changes. Only the newest answer counts. */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, inputs: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, 'reload'>>({ data: null, error: null, isLoading: true })
  const [attempt, setAttempt] = useState(0)
  const latest = useRef(load)
  latest.current = load
  useEffect(() => {
    const abort = new AbortController()
    setState(({ data }) => ({ data, error: null, isLoading: true }))
    latest.current(abort.signal).then(
      (data) => abort.signal.aborted || setState({ data, error: null, isLoading: false }),
      (error: unknown) => {
        if (!abort.signal.aborted) setState(({ data }) => ({ data, error: toApiError(error), isLoading: false }))
      },
    )
    return () => abort.abort()
  }, [attempt, ...inputs])
  const reload = useCallback(() => setAttempt((count) => count + 1), [])
  return { ...state, reload }
}

export interface Action {
  readonly error: ApiError | null
  readonly isBusy: boolean
  /** Does something, one at a time. Returns whether it was done, and what asked for it is still shown. */
  run(work: () => Promise<void>): Promise<boolean>
}

/** Does what somebody asked for: says whether it is under way, and what came of it. */
export function useAction(): Action {
  const [error, setError] = useState<ApiError | null>(null)
  const [isBusy, setBusy] = useState(false)
  const busy = useRef(false)
  const isShown = useRef(true)
  useEffect(
    () => () => {
      isShown.current = false
    },
    [],
  )
  const run = useCallback(async (work: () => Promise<void>) => {
    if (busy.current) return false
    busy.current = true
    setBusy(true)
    setError(null)
    try {
      await work()
      return isShown.current
    } catch (fault) {
      setError(toApiError(fault))
      return false
    } finally {
      busy.current = false
      setBusy(false)
    }
  }, [])
  return { error, isBusy, run }
}

/** What is not an answer of the API is a fault of the page, which is to be seen in the console. */
function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  console.error(error)
  return new ApiError(null, null)
}
