import { useEffect, useState } from 'preact/hooks'
import { usePage } from '../state/page.js'

type Found =
  | { readonly state: 'checking' | 'up' | 'open' | 'unreachable' }
  | { readonly state: 'down'; readonly status: number }

const looks = { checking: '', up: 'active', open: 'expired', down: 'revoked', unreachable: 'revoked' } as const

/** How long an endpoint may take to answer. */
const waitMs = 10_000

/** Asks the endpoint without a key: one that works refuses that, and says how to sign in. */
export function EndpointCheck({ url }: { readonly url: string }) {
  const { strings, formats } = usePage()
  const words = strings.mcp
  const [found, setFound] = useState<Found>({ state: 'checking' })
  const [attempt, setAttempt] = useState(0)
  const [at, setAt] = useState(() => new Date())
  // The policy of the page lets it ask nobody else.
  const isHere = new URL(url, location.href).origin === location.origin
  useEffect(() => {
    if (!isHere) return
    const abort = new AbortController()
    setFound({ state: 'checking' })
    void check(url, abort.signal).then((now) => {
      if (abort.signal.aborted) return
      setFound(now)
      setAt(new Date())
    })
    return () => abort.abort()
  }, [url, isHere, attempt])
  if (!isHere) return <span class="quiet">{words.notChecked}</span>
  const text = found.state === 'down' ? words.down(String(found.status)) : words[found.state]
  return (
    <>
      <span role="status">
        <span class={`badge ${looks[found.state]}`}>{text}</span>
      </span>
      {found.state !== 'checking' && (
        <span class="quiet" title={formats.exact(at)}>
          {words.checked(formats.ago(at))}
        </span>
      )}
      <button
        type="button"
        class="button bare"
        disabled={found.state === 'checking'}
        onClick={() => setAttempt((count) => count + 1)}
      >
        {words.again}
      </button>
    </>
  )
}

async function check(url: string, left: AbortSignal): Promise<Found> {
  try {
    const response = await fetch(url, {
      credentials: 'omit',
      redirect: 'manual',
      headers: { Accept: 'application/json, text/event-stream' },
      signal: AbortSignal.any([left, AbortSignal.timeout(waitMs)]),
    })
    void response.body?.cancel()
    if (response.status === 401 && response.headers.has('www-authenticate')) return { state: 'up' }
    if (response.ok) return { state: 'open' }
    return response.type === 'opaqueredirect' ? { state: 'unreachable' } : { state: 'down', status: response.status }
  } catch {
    return { state: 'unreachable' }
  }
}
