import type { RateLimitDenial, RateLimitState } from './rate-limiter.js'

/**
 * What a limiter answers to a call that would take more than is left of one of its policies; `null`: there is enough of
 * all. Taking 0 is always admitted (RATE-10).
 */
export function denialOf(states: readonly RateLimitState[], cost: number): RateLimitDenial | null {
  const violated = states.filter(({ remaining }) => cost > remaining)
  if (violated.length === 0) return null
  const isPossible = violated.every(({ policy }) => cost <= policy.limit)
  return {
    admitted: false,
    violated: violated.map(({ policy }) => policy.name),
    retryAfterMs: isPossible ? Math.max(...violated.map(({ resetMs }) => resetMs)) : null,
    states,
    degraded: false,
  }
}
