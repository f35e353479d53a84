import { randomUUID } from 'node:crypto'
import { isRecord } from '@keywright/core/adapter'
import { type EventStore, ownEvents } from './own-events.js'

/** Transports whose stores were replaced, so that connecting them again changes nothing. */
const separated = new WeakSet<object>()

/**
 * Gives the transport of a session its own part of the event store that it was made with. Sessions often share one, and SDK v1
 * gives the stream of notifications the same name in each session: a client that reconnects would be sent those of others.
 *
 * The SDKs keep the store to themselves, each under its own name, so it is known by what it can do.
 */
export function separateEvents(transport: unknown): void {
  if (!isRecord(transport) || separated.has(transport)) return
  separated.add(transport)
  const unnamed = randomUUID() // No client has this id, so a transport without sessions replays nothing.
  const prefixOf = (): string => `${typeof transport.sessionId === 'string' ? transport.sessionId : unnamed}:`
  // The transport for Node is a shell around the one for fetch.
  const holders = [transport, ...Object.values(transport).filter(isTransport)]
  for (const holder of holders) {
    for (const [name, value] of Object.entries(holder)) {
      if (isEventStore(value)) Reflect.set(holder, name, ownEvents(value, prefixOf))
    }
  }
}

function isTransport(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && typeof value.handleRequest === 'function'
}

function isEventStore(value: unknown): value is EventStore<unknown> {
  return isRecord(value) && typeof value.storeEvent === 'function' && typeof value.replayEventsAfter === 'function'
}
