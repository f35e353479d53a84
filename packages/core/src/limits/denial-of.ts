import type { RateLimitDenial, RateLimitState } from './rate-limiter.js'

/**
 * Returns the denial for a call that would take more units than one of its policies has left, or `null` if all have enough.
 * A cost of 0 is never denied.
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
