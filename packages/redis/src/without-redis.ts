import { memoryRateLimiter, type RateLimitPolicy, type RateLimitVerdict } from '@keywright/core/limits'

/** Decides what cannot be asked of Redis. */
export type WithoutRedis = (
  subject: string,
  policies: readonly RateLimitPolicy[],
  cost: number,
) => Promise<RateLimitVerdict>

/**
 * Counts in this process, up to its share of each limit: all processes together admit about the whole limit, and never less
 * than one unit each.
 */
export function countLocally(expectedInstances: number): WithoutRedis {
  const memory = memoryRateLimiter()
  return async (subject, policies, cost) => {
    const shares = policies.map((policy) => ({
      ...policy,
      limit: Math.max(Math.floor(policy.limit / expectedInstances), 1),
    }))
    const verdict = await memory.take(subject, shares, cost)
    const states = verdict.states.map((state, index) => ({ ...state, policy: policies[index] ?? state.policy }))
    if (verdict.admitted) return { ...verdict, states, degraded: true }
    // What is above the share, but not above the limit, is possible again when Redis is: no later than a fresh window.
    const isPossible = policies.every(({ limit }) => cost <= limit)
    const retryAfterMs = verdict.retryAfterMs ?? Math.max(...policies.map(({ windowMs }) => windowMs))
    return { ...verdict, retryAfterMs: isPossible ? retryAfterMs : null, states, degraded: true }
  }
}

/** Lets everything through, and counts nothing. */
export const letThrough: WithoutRedis = async (_subject, policies) => ({
  admitted: true,
  states: policies.map((policy) => ({ policy, remaining: policy.limit, resetMs: 0 })),
  degraded: true,
})
