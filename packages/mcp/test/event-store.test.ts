import { createServer } from 'node:http'
import { InvalidInput } from '@keywright/core'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import express, { type Request } from 'express'
import { describe, expect, it } from 'vitest'
import { createMcpAuth, type EventStore, eventStoreOf } from '../src/index.js'
import { initialize, listTools, mcpHeaders, openStream, send } from './raw.js'
import { aKeyring, aToken, full, listening } from './task-board.js'

type Messages = EventStore<JSONRPCMessage>

/** One for all sessions, as a host with several processes has it: numbered events, each of a stream. */
function sharedStore(tellsStreams: boolean): Messages {
  const events: { streamId: string; message: JSONRPCMessage }[] = []
  const streamOf = (eventId: string) => events[Number(eventId)]?.streamId
  return {
    storeEvent: async (streamId, message) => String(events.push({ streamId, message }) - 1),
    ...(tellsStreams ? { getStreamIdForEventId: async (eventId: string) => streamOf(eventId) } : {}),
    replayEventsAfter: async (lastEventId, { send }) => {
      const streamId = streamOf(lastEventId) ?? ''
      for (const [at, event] of events.entries()) {
        if (at > Number(lastEventId) && event.streamId === streamId) await send(String(at), event.message)
      }
      return streamId
    },
  }
}

/** v1 on Express, with one event store for all of its sessions, and a way to say something to each. */
async function serve(tellsStreams: boolean, own: (shared: Messages, req: Request) => Messages) {
  const keyring = aKeyring()
  const auth = createMcpAuth(keyring)
  const shared = sharedStore(tellsStreams)
  const sessions = new Map<string, { transport: StreamableHTTPServerTransport; server: McpServer }>()
  const app = express()
  app.all('/mcp', express.json(), auth.express(), async (req, res) => {
    let session = sessions.get(String(req.headers['mcp-session-id']))
    if (session === undefined) {
      const server = auth.protect(new McpServer({ name: 'board', version: '1' }, { capabilities: { logging: {} } }))
      const transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: () => crypto.randomUUID(),
        eventStore: own(shared, req),
        onsessioninitialized: (id) => void sessions.set(id, { transport, server }),
      })
      session = { transport, server }
      await server.connect(transport as Parameters<McpServer['connect']>[0])
    }
    await session.transport.handleRequest(req, res, req.body)
  })
  const url = await listening(createServer(app))
  /** Opens a session, and its stream. */
  const open = async () => {
    const { token } = await aToken(keyring, full)
    const { headers } = await send(url, 'POST', mcpHeaders(token), initialize)
    const sessionId = String(headers['mcp-session-id'])
    const stream = await openStream(url, 'GET', mcpHeaders(token, sessionId))
    const { server } = sessions.get(sessionId.slice(0, sessionId.lastIndexOf('.'))) ?? expect.unreachable()
    return {
      stream,
      say: (data: string) => server.sendLoggingMessage({ level: 'info', data }),
      list: () => send(url, 'POST', mcpHeaders(token, sessionId), listTools),
      hangUp: () => sessions.get(sessionId.slice(0, sessionId.lastIndexOf('.')))?.transport.closeStandaloneSSEStream(),
      replay: async (lastEventId: string) => {
        const fields = { ...mcpHeaders(token, sessionId), 'last-event-id': lastEventId }
        const replayed = await openStream(url, 'GET', fields)
        // The answer of a replay stays open: what there was comes soon after its head, if there was anything.
        for (let left = 40; left > 0 && replayed.text() === ''; left -= 1) {
          await new Promise((resolve) => setTimeout(resolve, 25))
        }
        return { status: replayed.status, text: replayed.text() }
      },
    }
  }
  return { alice: await open(), bob: await open() }
}

const lastId = (text: string): string => [...text.matchAll(/^id: (.+)$/gm)].at(-1)?.[1] ?? expect.unreachable()

describe.each([
  ['names the stream of an event', true],
  ['does not name the stream of an event', false],
])('an event store that all sessions share, and that %s', (_, tellsStreams) => {
  const own = (shared: Messages, req: Request) => eventStoreOf(shared, Reflect.get(req, 'auth'))

  it('replays the missed events to their own caller', async () => {
    const { alice } = await serve(tellsStreams, own)
    await alice.say('heard')
    await expect.poll(alice.stream.text).toContain('heard')
    const heard = lastId(alice.stream.text())
    alice.hangUp()
    await alice.say('missed by Alice')
    const { status, text } = await alice.replay(heard)
    expect(status).toBe(200)
    expect(text).toContain('missed by Alice')
    expect(text).not.toContain('heard')
  })

  it('replays no event of another caller, by event id or by a stream of the same name', async () => {
    const { alice, bob } = await serve(tellsStreams, own)
    const ofAlice = lastId((await alice.list()).text)
    await bob.say('for Bob')
    await expect.poll(bob.stream.text).toContain('for Bob')
    bob.hangUp()
    await alice.say('secret of Alice')
    const stolen = await bob.replay(ofAlice)
    expect(stolen.status).toBeGreaterThanOrEqual(400)
    expect(stolen.text).not.toMatch(/tools|Alice/)
    const { status, text } = await bob.replay(lastId(bob.stream.text()))
    expect(status).toBe(200)
    expect(text).not.toContain('Alice')
  })

  it('without eventStoreOf replays the missed events to their own session, and no others', async () => {
    const { alice, bob } = await serve(tellsStreams, (shared) => shared)
    const ofAlice = lastId((await alice.list()).text)
    await bob.say('for Bob')
    await expect.poll(bob.stream.text).toContain('for Bob')
    bob.hangUp()
    await alice.say('secret of Alice')
    await bob.say('missed by Bob')
    const { status, text } = await bob.replay(lastId(bob.stream.text()))
    expect([status, text]).toEqual([200, expect.stringContaining('missed by Bob')])
    expect(text).not.toContain('Alice')
    const stolen = await bob.replay(ofAlice)
    expect(stolen.status).toBeGreaterThanOrEqual(400)
    expect(stolen.text).not.toMatch(/tools|Alice/)
  })
})

describe('eventStoreOf', () => {
  it.each([undefined, null, {}, { extra: { keywright: {} } }])(
    'throws InvalidInput for %j, which no guard made',
    (authInfo) => {
      expect(() => eventStoreOf(sharedStore(true), authInfo)).toThrow(InvalidInput)
    },
  )
})
