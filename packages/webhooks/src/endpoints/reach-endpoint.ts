import { InvalidInput, isKeyError, type ManageOptions } from '@keywright/core'
import type { ActingOnKey } from '@keywright/core/adapter'
import { wrapStoreErrors } from '@keywright/core/adapter'
import type { FoundEndpoint } from '@keywright/core/store'
import { WebhookNotFound } from './endpoint-errors.js'
import type { EndpointParts } from './parts.js'

/** An endpoint, and who acts on it. */
export interface ReachedEndpoint extends Omit<ActingOnKey, 'now'>, FoundEndpoint {}

/**
 * Finds an endpoint whose key is within the caller's reach.
 *
 * @param attempted - See `actForKey`: what a caller does who is given all that the key has; `null`: nothing.
 * @throws WebhookNotFound, InvalidInput, ScopeExceedsActor, InvalidState, StoreUnavailable
 */
export async function reachEndpoint(
  { store, door }: Pick<EndpointParts, 'store' | 'door'>,
  id: unknown,
  options: ManageOptions,
  attempted: string | null,
): Promise<ReachedEndpoint> {
  if (typeof id !== 'string') throw new InvalidInput('id', 'the id of a webhook endpoint, a string: endpoint.id')
  const found = await wrapStoreErrors(store.findEndpoint(id))
  if (found === null) throw new WebhookNotFound(id)
  try {
    return { ...(await door.actForKey(found.record.keyId, options, attempted)), ...found }
  } catch (error) {
    // Whose key it is must not show either.
    if (isKeyError(error) && error.code === 'key_not_found') throw new WebhookNotFound(id)
    throw error
  }
}
