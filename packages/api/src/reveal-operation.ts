import { memoryRateLimiter } from '@keywright/core'
import { askHost, readFreshness } from './host.js'
import { answers, json, type Operation, operation } from './operation.js'
import type { ManagementApiOptions } from './options.js'
import { ApiProblem } from './problem.js'
import { IdParam, Nothing, Token } from './schemas.js'

const maxAgeMs = 5 * 60_000
const perHour = { name: 'reveals', limit: 5, windowMs: 3_600_000 }

/**
 * Showing a token again (A7, ENC-6): for people who may, who have just proved who they are, and a few times an hour.
 */
export function revealOperation(
  {
    assertFresh = () => false,
    revealLimiter = memoryRateLimiter(),
  }: Pick<ManagementApiOptions, 'assertFresh' | 'revealLimiter'>,
  hostTimeoutMs: number,
): Operation {
  return operation({
    id: 'revealKey',
    method: 'post',
    path: '/{id}/reveal',
    summary: 'Show a key’s token again, where that is switched on; every time is recorded',
    params: IdParam,
    body: Nothing,
    responses: { 200: answers(Token, 'The token.') },
    handle: async ({ keyring, permit, caller, context, within, request, params }) => {
      if (caller.actor.type === 'key') throw new ApiProblem(403, 'not_permitted', 'A key never reveals a key.')
      permit.require('reveal')
      if (!(await askHost(() => assertFresh(request, maxAgeMs), readFreshness, hostTimeoutMs))) {
        throw new ApiProblem(403, 'not_fresh', 'Sign in again to see a token.', { max_age_ms: maxAgeMs })
      }
      const taken = await revealLimiter.take(`reveal:${caller.actor.id}`, [perHour], 1)
      if (!taken.admitted) {
        const seconds = Math.ceil((taken.retryAfterMs ?? perHour.windowMs) / 1_000)
        throw new ApiProblem(429, 'rate_limited', 'Too many tokens were shown in this hour.', { retry_after: seconds })
      }
      const token = await keyring.reveal(params.id, { actor: caller.actor, context, within })
      return json({ id: params.id, token: token.reveal() })
    },
  })
}
