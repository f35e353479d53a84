import type { StandardRateLimit } from '@keywright/core'
import { adapterOf, limitsOfKey } from '@keywright/core/adapter'
import { ApiProblem } from '../http/problem.js'
import { jsonContent, jsonResponse } from '../http/response.js'
import { Self } from '../schema/self.js'
import { heldRateLimitsToJson, keyToJson } from '../schema/to-json.js'
import { defineOperation } from './operation.js'

/** What a key may ask about itself, also where the product lets no key manage keys. */
export const selfOperation = defineOperation({
  id: 'getSelf',
  method: 'get',
  path: '/self',
  summary: 'Read the key that sends the request',
  description:
    'For a client that asks which key it has. It needs no permission, and also works where API keys may not manage keys. A person is answered with 403.',
  tag: 'keys',
  forKeys: true,
  responses: { 200: jsonContent(Self, 'The key.') },
  handle: async ({ keyring, caller, organizationId }) => {
    const { actor } = caller
    const key = actor.type === 'key' ? await keyring.get(actor.id, { within: { organizationId } }) : null
    if (key === null) {
      throw new ApiProblem(403, 'not_permitted', 'Only an API key has itself to read. Send the request with one.')
    }
    const shown = keyToJson(key)
    const { rateLimits } = await adapterOf(keyring).capabilities({ organizationId })
    return jsonResponse({
      id: shown.id,
      preview: shown.preview,
      name: shown.name,
      environment: shown.environment,
      status: shown.status,
      owner: shown.owner,
      scopes: shown.scopes,
      roles: shown.roles,
      resources: shown.resources,
      expires_at: shown.expires_at,
      rate_limits: heldRateLimitsToJson(limitsOfKey<StandardRateLimit>(key.rateLimits, rateLimits)),
    })
  },
})
