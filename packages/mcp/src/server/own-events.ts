/** The `EventStore` of SDK v1: keeps events, and sends them again to a client that reconnects with `Last-Event-ID`. */
export interface EventStore<M> {
  storeEvent(streamId: string, message: M): Promise<string>
  getStreamIdForEventId?(eventId: string): Promise<string | undefined>
  replayEventsAfter(lastEventId: string, to: { send: (eventId: string, message: M) => Promise<void> }): Promise<string>
}

/**
 * The part of a shared store whose streams have this prefix. Nothing else is replayed.
 *
 * @param prefixOf - Asked with each event: the id of a session is not known from the start.
 */
export function ownEvents<M>(shared: EventStore<M>, prefixOf: () => string): EventStore<M> {
  const own = (streamId: string | undefined): string | undefined => {
    const prefix = prefixOf()
    return streamId?.startsWith(prefix) === true ? streamId.slice(prefix.length) : undefined
  }
  return {
    storeEvent: (streamId, message) => shared.storeEvent(prefixOf() + streamId, message),
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
