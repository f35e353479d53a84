import { usePage } from '../state/page.js'

interface AttemptFacts {
  readonly status: number | null
  readonly error: string | null
}

/** Returns a function that says what came of an attempt: "Answered 204", "No connection". */
export function useAttemptInWords(): (attempt: AttemptFacts) => string {
  const { webhooks: words } = usePage().strings
  const faults: Readonly<Record<string, string>> = words.faults
  return ({ status, error }) => {
    if (status === null) return error === null ? '' : (faults[error] ?? error)
    const answered = words.answered(status)
    return error === 'redirect' ? `${answered}: ${words.faults.redirect}` : answered
  }
}
