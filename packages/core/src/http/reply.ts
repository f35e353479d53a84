import { type ChallengeOptions, challengeFor } from './challenge.js'
import { PROBLEM_MEDIA_TYPE, problemFor, type RefusalToTell, UNAVAILABLE_RETRY_AFTER_SECONDS } from './problem.js'

/** A whole HTTP answer. Header names are in their usual spelling; an adapter sends all of it as it is. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Makes the answer to a refused request: status, challenge, and a body that says what to do next (HTTP-4 to HTTP-10). */
export function replyTo(refusal: RefusalToTell, options: ChallengeOptions): Reply {
  const problem = problemFor(refusal)
  const challenge = challengeFor(refusal, options)
  const headers: Record<string, string> = { 'Content-Type': PROBLEM_MEDIA_TYPE, 'Cache-Control': 'no-store' }
  if (challenge !== null) headers['WWW-Authenticate'] = challenge
  const retryAfter = retryAfterSeconds(refusal)
  if (retryAfter !== null) headers['Retry-After'] = String(retryAfter)
  return { status: problem.status, headers, body: JSON.stringify(problem) }
}

/** `null`: no wait would help. A wait is rounded up, for who comes a moment too early is refused again (HTTP-12). */
function retryAfterSeconds(refusal: RefusalToTell): number | null {
  if (refusal.code === 'auth_unavailable') return UNAVAILABLE_RETRY_AFTER_SECONDS
  if (refusal.code !== 'rate_limited' || refusal.retryAfterMs === null) return null
  return Math.max(1, Math.ceil(refusal.retryAfterMs / 1_000))
}
