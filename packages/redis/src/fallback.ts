import { memoryRateLimiter, type RateLimitPolicy, type RateLimitVerdict } from '@keywright/core'

/** Decides a call that Redis cannot decide. */
export type Fallback = (
  subject: string,
  policies: readonly RateLimitPolicy[],
  cost: number,
) => Promise<RateLimitVerdict>

/**
 * Counts in this process, up to its share of each limit: all processes together admit about the whole limit, and each admits at
 * least one unit.
 */
export function countLocally(expectedInstances: number): Fallback {
  const memory = memoryRateLimiter()
  return async (subject, policies, cost) => {
    const shares = policies.map((policy) => ({
      ...policy,
      limit: Math.max(Math.floor(policy.limit / expectedInstances), 1),
    }))
    const verdict = await memory.take(subject, shares, cost)
    const states = verdict.states.map((state, index) => ({ ...state, policy: policies[index] ?? state.policy }))
    if (verdict.admitted) return { ...verdict, states, degraded: true }
    // A cost above the share, but not above the limit, becomes possible again with Redis: at the latest after a whole window.
    const isPossible = policies.every(({ limit }) => cost <= limit)
    const retryAfterMs = verdict.retryAfterMs ?? Math.max(...policies.map(({ windowMs }) => windowMs))
    return { ...verdict, retryAfterMs: isPossible ? retryAfterMs : null, states, degraded: true }
  }
}

/** Admits every call, and counts nothing. */
export const allowAll: Fallback = async (_subject, policies) => ({
  admitted: true,
  states: policies.map((policy) => ({ policy, remaining: policy.limit, resetMs: 0 })),
  degraded: true,
})
