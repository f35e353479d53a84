import { InvalidOptions } from '@keywright/core'
import { outageGate } from '@keywright/core/adapter'

/** Tells the host of outages. */
export interface OutageReport {
  /** Reports the error, at most once a minute. What the host's callback throws is dropped. */
  failed(error: unknown): void
  /** To be called when Redis answered: a short outage does not use up the minute of the next one. */
  worked(): void
}

/** Makes a report that begins with no outage. @throws {@link InvalidOptions} when `onOutage` is no function. */
export function outageReport(report: (error: unknown) => void = warn): OutageReport {
  if (typeof report !== 'function') throw new InvalidOptions('onOutage', 'a function')
  const gate = outageGate()
  return {
    failed: (error) => {
      if (!gate.failed()) return
      try {
        report(error)
      } catch {
        // An error of the host's callback must not fail the request.
      }
    },
    worked: gate.worked,
  }
}

/** The client's own words may hold an address or a password: only a code of its error is printed. */
function warn(error: unknown): void {
  const code = codeOf(error)
  const reason = code === null ? '' : ` (${code})`
  process.emitWarning(
    `Limits are decided without Redis, which does not answer or refuses to${reason}. Pass onOutage to get the error itself.`,
    { type: 'KeywrightWarning', code: 'KEYWRIGHT_REDIS_UNAVAILABLE' },
  )
}

/** The code of a connection's error, or the word in capitals that Redis begins its errors with. */
function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const { code } = error as NodeJS.ErrnoException // where it has one
  const texts = [code, /^[A-Z]{2,20}(?= )/.exec(error.message)?.[0]]
  return texts.find((text) => typeof text === 'string' && /^[A-Z0-9_]{2,40}$/.test(text)) ?? null
}
