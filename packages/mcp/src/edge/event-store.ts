import { createHash } from 'node:crypto'
import { InvalidInput } from '@keywright/core'
import { bindingOf } from '../caller/caller.js'
import { callerOf } from '../caller/known-callers.js'

/** The `EventStore` of SDK v1: keeps events, and sends them again to a client that reconnects with `Last-Event-ID`. */
export interface EventStore<M> {
  storeEvent(streamId: string, message: M): Promise<string>
  getStreamIdForEventId?(eventId: string): Promise<string | undefined>
  replayEventsAfter(lastEventId: string, to: { send: (eventId: string, message: M) => Promise<void> }): Promise<string>
}

/**
 * A view of a shared event store for one caller and one narrowing. Only events of that caller are replayed.
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
  const own = (streamId: string | undefined): string | undefined =>
    streamId?.startsWith(prefix) === true ? streamId.slice(prefix.length) : undefined

  return {
    storeEvent: (streamId, message) => shared.storeEvent(prefix + streamId, message),
    ...(shared.getStreamIdForEventId === undefined
      ? {}
      : { getStreamIdForEventId: async (eventId: string) => own(await shared.getStreamIdForEventId?.(eventId)) }),
    replayEventsAfter: async (lastEventId, { send }) => {
      const events: [eventId: string, message: M][] = []
      // The store names the stream only at the end, so keep the events back until then.
      const streamId = await shared.replayEventsAfter(lastEventId, {
        send: async (eventId, message) => void events.push([eventId, message]),
      })
      const ownId = own(streamId)
      if (ownId === undefined) throw new Error('No event of that id')
      for (const [eventId, message] of events) await send(eventId, message)
      return ownId
    },
  }
}
