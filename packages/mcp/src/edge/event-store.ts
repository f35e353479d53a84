import { createHash } from 'node:crypto'
import { InvalidInput } from '@keywright/core'
import { bindingOf } from '../caller/caller.js'
import { callerOf } from '../caller/known-callers.js'
import { type EventStore, ownEvents } from '../server/own-events.js'

/**
 * A view of a shared event store for one caller and one narrowing. Only events of that caller are replayed. A protected server
 * gives each session its own part of the store by itself, so it needs this only where other servers share the store.
 *
 * @param shared - The store that the transports of several sessions share.
 * @param authInfo - What the guard set on the request: `req.auth`.
 * @throws {@link InvalidInput} when `authInfo` was not made by a guard of this package.
 *
 * @example
 * ```ts
 * const transport = new StreamableHTTPServerTransport({
 *   sessionIdGenerator: randomUUID,
 *   eventStore: eventStoreOf(sharedStore, req.auth),
 * })
 * ```
 */
export function eventStoreOf<M>(shared: EventStore<M>, authInfo: unknown): EventStore<M> {
  const caller = callerOf({ authInfo })
  if (caller === null) throw new InvalidInput('authInfo', 'what the guard set on the request. Pass req.auth.')
  const prefix = `${createHash('sha256').update(bindingOf(caller)).digest('hex')}:`
  return ownEvents(shared, () => prefix)
}
