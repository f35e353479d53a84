import type { GateRefusal as Refusal } from '@keywright/core'
import { problemFor } from '@keywright/core/http'

/** Tells a client why the key was refused, or how long to wait. */
export function messageForRefusal(refusal: Refusal): string {
  if (refusal.code !== 'rate_limited') return `${refusal.code}: ${problemFor(refusal).detail}`
  return `rate_limited: ${waitingText(refusal)}`
}

/** How long a client has to wait that came too often. */
function waitingText(refusal: Extract<Refusal, { readonly code: 'rate_limited' }>): string {
  const seconds = secondsToWait(refusal)
  if (seconds === null) return 'this call costs more than the limit of the API key. It will never be admitted.'
  return `wait ${seconds} seconds, then try again.`
}

/** The same for programs: the code of a refusal, and how many seconds to wait if waiting helps. */
export function refusalData(refusal: Refusal): { readonly code: string; readonly retryAfterSeconds?: number } {
  const retryAfterSeconds = secondsToWait(refusal)
  return retryAfterSeconds === null ? { code: refusal.code } : { code: refusal.code, retryAfterSeconds }
}

function secondsToWait(refusal: Refusal): number | null {
  if (refusal.code === 'auth_unavailable') return 5 // what `Retry-After` says of it
  if (refusal.code !== 'rate_limited' && refusal.code !== 'budget_exhausted') return null
  if (refusal.retryAfterMs === null) return null
  return Math.max(1, Math.ceil(refusal.retryAfterMs / 1_000))
}
