import { type ChallengeOptions, challengeFor } from './challenge.js'
import { PROBLEM_MEDIA_TYPE, type PublicRefusal, problemFor, UNAVAILABLE_RETRY_AFTER_SECONDS } from './problem.js'

/** A complete HTTP response. An adapter sends it unchanged. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Returns the response to a refused request: status, headers with the challenge, and a body that says what to do next. */
export function replyTo(refusal: PublicRefusal, options: ChallengeOptions): Reply {
  const problem = problemFor(refusal, options.keyHeaders)
  const challenge = challengeFor(refusal, options)
  const headers: Record<string, string> = { 'Content-Type': PROBLEM_MEDIA_TYPE, 'Cache-Control': 'no-store' }
  if (challenge !== null) headers['WWW-Authenticate'] = challenge
  if ('challenge' in refusal && refusal.challenge !== undefined && refusal.challenge.nonce !== null)
    headers['DPoP-Nonce'] = refusal.challenge.nonce
  const retryAfter = retryAfterSeconds(refusal)
  if (retryAfter !== null) headers['Retry-After'] = String(retryAfter)
  return { status: problem.status, headers, body: JSON.stringify(problem) }
}

/** Returns `null` if waiting does not help. Rounds up, because a client that retries too early is refused again. */
function retryAfterSeconds(refusal: PublicRefusal): number | null {
  if (refusal.code === 'auth_unavailable') return UNAVAILABLE_RETRY_AFTER_SECONDS
  if (refusal.code !== 'rate_limited' && refusal.code !== 'budget_exhausted') return null
  if (refusal.retryAfterMs === null) return null
  return Math.max(1, Math.ceil(refusal.retryAfterMs / 1_000))
}
