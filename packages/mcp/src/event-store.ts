import { createHash } from 'node:crypto'
import { bindingOf, callerOf } from './callers.js'

/** `EventStore` of v1: what a client that was cut off is sent again (`Last-Event-ID`). */
export interface EventStore<M> {
  storeEvent(streamId: string, message: M): Promise<string>
  getStreamIdForEventId?(eventId: string): Promise<string | undefined>
  replayEventsAfter(lastEventId: string, to: { send: (eventId: string, message: M) => Promise<void> }): Promise<string>
}

/**
 * The part of a store that belongs to one caller, on one narrowing: nothing else is replayed to it (MCP-4).
 *
 * @throws TypeError for an `authInfo` that no gate of this package has made.
 */
export function eventStoreOf<M>(shared: EventStore<M>, authInfo: unknown): EventStore<M> {
  const caller = callerOf({ authInfo })
  if (caller === null) throw new TypeError('authInfo: expected what the gate set on the request, as req.auth')
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
      // Only at the end the store says whose they are.
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
