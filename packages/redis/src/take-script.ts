import type { RateLimitPolicy, RateLimitState } from '@keywright/core'

/**
 * Takes ARGV[1] units from every key, or from none. After it, ARGV holds a limit and a window for each key. Answers whether it
 * took the units, then the count and the remaining milliseconds of each key.
 *
 * It is one script because Redis runs a script as one step. The library that counts in memory would count one key at a time in
 * Redis, including refused calls. The units that it gives back later would be missing to others until then, and would go to
 * the wrong window if the old one has ended.
 *
 * Redis removes a key one millisecond after its expiry, so the script sets one millisecond less than the window.
 */
export const takeScript = `
local cost = tonumber(ARGV[1])
local enough = true
local answer = { 1 }
for i, key in ipairs(KEYS) do
  local limit, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local count = tonumber(redis.call('GET', key) or 0)
  local left = redis.call('PTTL', key)
  if left == -1 then
    left = window - 1
    redis.call('PEXPIRE', key, left)
  end
  if cost > 0 and cost > limit - count then enough = false end
  answer[2 * i] = count
  answer[2 * i + 1] = left
end
if not enough then
  answer[1] = 0
elseif cost > 0 then
  for i, key in ipairs(KEYS) do
    if answer[2 * i + 1] < 0 then
      answer[2 * i + 1] = tonumber(ARGV[2 * i + 1]) - 1
      redis.call('SET', key, ARGV[1], 'PX', answer[2 * i + 1])
    else
      redis.call('INCRBY', key, ARGV[1])
    end
    answer[2 * i] = answer[2 * i] + cost
  end
end
return answer
`

/** The arguments of {@link takeScript} after its keys. */
export function takeArguments(policies: readonly RateLimitPolicy[], cost: number): readonly string[] {
  return [cost, ...policies.flatMap(({ limit, windowMs }) => [limit, windowMs])].map(String)
}

/**
 * The key of each policy. The braces put all keys of a subject on one node of a cluster, as a script requires. A point is behind the first
 * number only where the policy counts a part of the subject: no two counts share a key.
 */
export function takeKeys(prefix: string, subject: string, policies: readonly RateLimitPolicy[]): readonly string[] {
  const tag = subject.replace(/[{}%]/g, encodeURIComponent)
  return policies.map(({ name, windowMs, of }) =>
    of === undefined
      ? `${prefix}{${tag}}:${windowMs}:${name}`
      : `${prefix}{${tag}}:${of.length}.${windowMs}:${of}${name}`,
  )
}

/** @throws Error when the reply does not have the form of {@link takeScript}. */
export function parseTakeReply(
  reply: unknown,
  policies: readonly RateLimitPolicy[],
): { readonly taken: boolean; readonly states: readonly RateLimitState[] } {
  const [taken, ...numbers] = Array.isArray(reply) ? reply.map(Number) : []
  if (numbers.length !== 2 * policies.length || !numbers.every(Number.isSafeInteger)) {
    throw new Error('Redis answered the rate limit script with something other than counts')
  }
  const states = policies.map((policy, index) => {
    const [count = 0, left = -1] = numbers.slice(2 * index)
    return {
      policy,
      remaining: Math.max(policy.limit - count, 0),
      resetMs: left < 0 ? 0 : Math.min(left + 1, policy.windowMs),
    }
  })
  return { taken: taken === 1, states }
}
