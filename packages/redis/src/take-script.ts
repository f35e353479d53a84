import type { RateLimitPolicy, RateLimitState } from '@keywright/core/limits'

/**
 * Takes ARGV[1] units from every key, or from none; ARGV goes on with a limit and a window for each key. Answers whether it
 * took them, then the count and the remaining milliseconds of each key.
 *
 * One script, because Redis runs it as one step (RATE-4, RATE-9). The library that counts in memory counts one key at a time
 * in Redis, and refused calls as well: what it gives back later is missing to others until then, and is given to the wrong
 * window if the old one has ended.
 *
 * Redis removes a key in the millisecond after its last one: with one less, a window is as long as it says.
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

/** The arguments of {@link takeScript}, beside the keys. */
export function takeArguments(policies: readonly RateLimitPolicy[], cost: number): readonly string[] {
  return [cost, ...policies.flatMap(({ limit, windowMs }) => [limit, windowMs])].map(String)
}

/**
 * The key of each policy. The braces put all keys of a subject on one node of a cluster, where alone a script may use them
 * together.
 */
export function takeKeys(prefix: string, subject: string, policies: readonly RateLimitPolicy[]): readonly string[] {
  const tag = subject.replace(/[{}%]/g, encodeURIComponent)
  return policies.map(({ name, windowMs }) => `${prefix}{${tag}}:${windowMs}:${name}`)
}

/**
 * Reads the answer of {@link takeScript}.
 *
 * @throws Error for an answer that cannot be one.
 */
export function readTaken(
  answer: unknown,
  policies: readonly RateLimitPolicy[],
): { readonly taken: boolean; readonly states: readonly RateLimitState[] } {
  const [taken, ...numbers] = Array.isArray(answer) ? answer.map(Number) : []
  if (numbers.length !== 2 * policies.length || !numbers.every(Number.isSafeInteger)) {
    throw new Error('Redis answered something else than counts')
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
