import type { FailureBound, FailureVerdict } from '@keywright/core'
import { longestRefusal } from '@keywright/core/limits'
import { leaseMs } from './open-attempts.js'

/*
 * Each bound is a hash in Redis that ends with its window. A field for each attempt that is under way, by its own id, and the
 * field '#', which counts those that failed. By the ids, what is said twice or late changes nothing: an attempt of a window that
 * is over is in no hash any more, and one whose reservation was not answered in time can be given back all the same.
 *
 * The field of an attempt holds what was left of the window when its process was last heard of. If that is too long ago, the
 * process is gone, and the attempt takes no unit any more. Its field stays: should it end as failed after all, it counts.
 */

/**
 * Reserves a unit of every key for the attempt ARGV[1], or of none. ARGV[2] is how long an attempt may go without news. After it,
 * ARGV holds a limit and a window for each key. Answers whether it did, then for each key how many failed, how many are under
 * way, and the remaining milliseconds.
 *
 * Redis removes a key one millisecond after its expiry, so the script sets one millisecond less than the window.
 */
export const reserveScript = `
local lease = tonumber(ARGV[2])
local function alive(key, left)
  local fields = redis.call('HGETALL', key)
  local open = 0
  for at = 1, #fields, 2 do
    local heard = tonumber(fields[at + 1])
    if fields[at] ~= '#' and (heard == nil or heard - left < lease) then open = open + 1 end
  end
  return open
end
local enough = true
local answer = { 1 }
for i, key in ipairs(KEYS) do
  local limit = tonumber(ARGV[2 * i + 1])
  local left = redis.call('PTTL', key)
  if left == -1 then
    left = tonumber(ARGV[2 * i + 2]) - 1
    redis.call('PEXPIRE', key, left)
  end
  local failed = tonumber(redis.call('HGET', key, '#') or 0)
  local open = math.max(redis.call('HLEN', key) - 1, 0)
  if open > 0 and failed < limit and failed + open >= limit then open = alive(key, left) end
  if failed + open >= limit then enough = false end
  answer[3 * i - 1] = failed
  answer[3 * i] = open
  answer[3 * i + 1] = left
end
if not enough then
  answer[1] = 0
  return answer
end
for i, key in ipairs(KEYS) do
  local left = answer[3 * i + 1]
  if left < 0 then left = tonumber(ARGV[2 * i + 2]) - 1 end
  redis.call('HSETNX', key, '#', 0)
  redis.call('HSET', key, ARGV[1], left)
  if answer[3 * i + 1] < 0 then redis.call('PEXPIRE', key, left) end
end
return answer
`

/** Says that the attempts in ARGV are still under way, in every key where they are. */
export const renewScript = `
for i, key in ipairs(KEYS) do
  local left = redis.call('PTTL', key)
  for _, id in ipairs(ARGV) do
    if redis.call('HEXISTS', key, id) == 1 then redis.call('HSET', key, id, left) end
  end
end
return 1
`

/** Ends the attempt ARGV[1] in every key where it is under way: as failed, if ARGV[2] is '1'. */
export const settleScript = `
for i, key in ipairs(KEYS) do
  if redis.call('HDEL', key, ARGV[1]) == 1 then
    if ARGV[2] == '1' then
      redis.call('HINCRBY', key, '#', 1)
    elseif redis.call('HLEN', key) == 1 and redis.call('HGET', key, '#') == '0' then
      redis.call('DEL', key)
    end
  end
end
return 1
`

/** The key of each bound. The braces put them all on one node of a cluster, as a script requires. */
export function boundKeys(prefix: string, bounds: readonly FailureBound[]): readonly string[] {
  const widest = bounds.at(-1)?.network ?? ''
  return bounds.map(({ network, windowMs }) => `${prefix}{${escaped(widest)}}:${windowMs}:${escaped(network)}`)
}

function escaped(text: string): string {
  return text.replace(/[{}%]/g, encodeURIComponent)
}

/** The arguments of {@link reserveScript} after its keys. */
export function reserveArguments(id: string, bounds: readonly FailureBound[]): readonly string[] {
  return [id, String(leaseMs), ...bounds.flatMap(({ limit, windowMs }) => [String(limit), String(windowMs)])]
}

/**
 * @returns `null` when the units were reserved.
 * @throws Error when the reply does not have the form of {@link reserveScript}.
 */
export function parseReserveReply(
  reply: unknown,
  bounds: readonly FailureBound[],
): Extract<FailureVerdict, { readonly reserved: false }> | null {
  const [taken, ...numbers] = Array.isArray(reply) ? reply.map(Number) : []
  if (numbers.length !== 3 * bounds.length || !numbers.every(Number.isSafeInteger)) {
    throw new Error('Redis answered the failure limit script with something other than counts')
  }
  if (taken === 1) return null
  const refusal = longestRefusal(
    bounds.flatMap((bound, index) => {
      const [failed = 0, open = 0, left = 0] = numbers.slice(3 * index)
      if (failed + open < bound.limit) return []
      const resetMs = Math.min(Math.max(left, 0) + 1, bound.windowMs)
      return [{ reserved: false, bound, resetMs, isSpent: failed >= bound.limit } as const]
    }),
  )
  if (refusal === null) throw new Error('Redis refused an attempt that its own counts allow')
  return refusal
}
