import { memoryRateLimiter, type RateLimiter, type RateLimitVerdict } from '@keywright/core'
import { isRecord, parseRateLimitPolicies } from '@keywright/core/adapter'
import { rateLimitFields } from '@keywright/core/http'
import { askHost } from '../host/ask-host.js'
import type { Caller } from '../host/caller.js'
import type { ManagementApiOptions } from '../host/options.js'
import type { Exchange } from '../http/exchange.js'
import { ApiProblem } from '../http/problem.js'

const usual = { api: { limit: 600, windowMs: 60_000 } }

/**
 * Returns a function that counts a request of a caller, and says in the exchange how many are left. It throws an {@link ApiProblem}
 * with status 429 for one too many. If the limiter fails, is late or gives no verdict, the request fails as with any function of
 * the host: nobody gets past the limits meanwhile.
 *
 * @throws {@link InvalidOptions} if `rateLimits` is malformed.
 */
export function requestCounter(
  { rateLimits = usual, rateLimiter = memoryRateLimiter() }: Pick<ManagementApiOptions, 'rateLimits' | 'rateLimiter'>,
  hostTimeoutMs: number,
): (caller: Caller, exchange: Exchange) => Promise<void> {
  if (rateLimits === null) return async () => {}
  const policies = parseRateLimitPolicies(rateLimits, 'rateLimits')
  return async ({ actor }, exchange) => {
    // With a prefix of its own: the same limiter may count the uses of keys by their ids, too.
    const take = () => rateLimiter.take(`api:${actor.type}:${actor.id}`, policies, 1)
    const verdict = await askHost('rateLimiter', take, parseVerdict, hostTimeoutMs)
    exchange.limits = rateLimitFields(verdict.states)
    if (verdict.admitted) return
    const longest = Math.max(...policies.map(({ windowMs }) => windowMs))
    throw tooManyRequests('Too many requests.', verdict.retryAfterMs ?? longest)
  }
}

/** Types do not bind a host's limiter; what is neither a yes nor a no must not be taken for a yes. */
export function parseVerdict(verdict: Awaited<ReturnType<RateLimiter['take']>>): RateLimitVerdict {
  if (isRecord(verdict) && typeof verdict.admitted === 'boolean' && Array.isArray(verdict.states)) return verdict
  throw new TypeError('The rate limiter gave no verdict.')
}

/** @param detail - The limit, as a sentence. */
export function tooManyRequests(detail: string, retryAfterMs: number): ApiProblem {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000))
  return new ApiProblem(429, 'rate_limited', `${detail} Try again in ${seconds} seconds.`, { retry_after: seconds })
}
