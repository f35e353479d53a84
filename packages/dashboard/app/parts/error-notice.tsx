import { useEffect, useState } from 'preact/hooks'
import type { ApiError } from '../client/api-error.js'
import type { Strings } from '../strings/strings.js'
import { Icon } from './icon.js'

interface ErrorNoticeProps {
  readonly error: ApiError | null
  readonly strings: Strings
  /** Does the same again. Where that can help, there is a button for it. */
  readonly retry?: (() => void) | undefined
  /** What to say in place of the API's own words. */
  readonly text?: string | undefined
}

/** What went wrong, in words, and the way out of it. */
export function ErrorNotice({ error, strings, retry, text }: ErrorNoticeProps) {
  const wait = useCountdown(error)
  if (error === null) return null
  const words = error.status === 401 ? strings.error.signedOut : (error.problem?.detail ?? strings.error.noAnswer)
  return (
    <div class="notice danger" role="alert">
      <Icon name="warn" />
      <div>
        <strong>{strings.error.title}</strong>
        <p>{text ?? words}</p>
        {error.status !== null && error.status >= 500 && error.problem?.requestId != null && (
          <p class="quiet">{strings.error.reference(error.problem.requestId)}</p>
        )}
      </div>
      {retry !== undefined && error.isPassing && (
        <button type="button" class="button" disabled={wait > 0} onClick={retry}>
          {wait > 0 ? strings.error.retryIn(wait) : strings.error.retry}
        </button>
      )}
    </div>
  )
}

/** The seconds that are left of what `Retry-After` asked for. */
function useCountdown(error: ApiError | null): number {
  const [left, setLeft] = useState(0)
  useEffect(() => {
    const until = Date.now() + (error?.retryAfterMs ?? 0)
    const tick = (): void => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1_000)))
    tick()
    const timer = setInterval(tick, 500)
    return () => clearInterval(timer)
  }, [error])
  return left
}
