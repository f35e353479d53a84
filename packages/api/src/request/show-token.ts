import { memoryRateLimiter, type Secret } from '@keywright/core'
import { askHost } from '../host/ask-host.js'
import type { ManagementApiOptions } from '../host/options.js'
import { parseFreshness } from '../host/parse-answers.js'
import { ApiProblem } from '../http/problem.js'
import { manageOptions, type RequestContext } from './request-context.js'
import { parseVerdict, tooManyRequests } from './request-limits.js'

const maxLoginAgeMs = 5 * 60_000
const hourlyLimit = { name: 'reveals', limit: 5, windowMs: 3_600_000 }

/** Who asks for a token, and what it takes to show it. */
export type Viewer = Pick<RequestContext, 'keyring' | 'permit' | 'caller' | 'request' | 'auditContext' | 'within'>

/**
 * Returns the only way in which the API shows a token that it has not just made: to a person with the permission and a fresh
 * login, at most five times an hour. What it returns throws an {@link ApiProblem} for everybody else.
 */
export function tokenViewer(
  {
    assertFresh = () => false,
    revealLimiter = memoryRateLimiter(),
  }: Pick<ManagementApiOptions, 'assertFresh' | 'revealLimiter'>,
  hostTimeoutMs: number,
): (viewer: Viewer, keyId: string) => Promise<Secret> {
  return async (viewer, keyId) => {
    const { keyring, permit, caller, request } = viewer
    if (caller.actor.type === 'key') {
      throw new ApiProblem(403, 'not_permitted', 'An API key may not show tokens. Sign in as a person.')
    }
    permit.require('reveal')
    const askFreshness = () => assertFresh(request, maxLoginAgeMs)
    if (!(await askHost('assertFresh', askFreshness, parseFreshness, hostTimeoutMs))) {
      throw new ApiProblem(403, 'not_fresh', 'The login is too old to see a token. Sign in again.', {
        max_age_ms: maxLoginAgeMs,
      })
    }
    const take = () => revealLimiter.take(`reveal:${caller.actor.id}`, [hourlyLimit], 1)
    const taken = await askHost('revealLimiter', take, parseVerdict, hostTimeoutMs)
    if (!taken.admitted) {
      const detail = `At most ${hourlyLimit.limit} tokens are shown in an hour.`
      throw tooManyRequests(detail, taken.retryAfterMs ?? hourlyLimit.windowMs)
    }
    return keyring.reveal(keyId, manageOptions(viewer))
  }
}
