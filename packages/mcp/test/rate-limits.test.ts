import { createServer } from 'node:http'
import { memoryStore } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import express from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createMcpAuth, scoped } from '../src/index.js'
import { decidedMethods } from '../src/server/rules/decided-methods.js'
import { rulesFor } from '../src/server/rules/rules-for.js'
import { initialize, listTools, mcpHeaders, send } from './raw.js'
import { aKeyring, aToken, connectV1, full, listening, serveV1, serveV2 } from './task-board.js'

const aMinute = (limit: number) => ({ limit, windowMs: 60_000 })
const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' })

it('the methods that take their own units are those that have a rule', () => {
  expect([...rulesFor({ subscribers: {} } as never).keys()].sort()).toEqual([...decidedMethods].sort())
})

/** v1 on Express, in one of both orders, with a tool that asks its user. */
async function serveAsking(order: 'parser first' | 'guard first', limit: number) {
  const keyring = aKeyring(aMinute(limit))
  const auth = createMcpAuth(keyring)
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const app = express()
  const steps = order === 'parser first' ? [express.json(), auth.express()] : [auth.express(), express.json()]
  app.all('/mcp', ...(steps as express.RequestHandler[]), async (req, res) => {
    let transport = sessions.get(String(req.headers['mcp-session-id']))
    if (transport === undefined) {
      const made = new StreamableHTTPServerTransport({
        sessionIdGenerator: () => crypto.randomUUID(),
        onsessioninitialized: (id) => void sessions.set(id, made),
        onsessionclosed: (id) => void sessions.delete(id),
      })
      transport = made
      const server = auth.protect(new McpServer({ name: 'asking', version: '1' }))
      const ask = async () => {
        const answers: string[] = []
        for (let at = 0; at < 3; at++) {
          const requestedSchema = { type: 'object' as const, properties: {} }
          answers.push((await server.server.elicitInput({ message: 'Sure?', requestedSchema })).action)
        }
        return { content: [{ type: 'text' as const, text: answers.join() }] }
      }
      server.registerTool('ask', {}, scoped('public', ask))
      await server.connect(made as Parameters<McpServer['connect']>[0])
    }
    await transport.handleRequest(req, res, req.body)
  })
  const { token } = await aToken(keyring, full)
  return { sessions, token, url: await listening(createServer(app)) }
}

describe.each(['parser first', 'guard first'] as const)('v1 on Express, %s', (order) => {
  it('takes one unit for a connection and one for a call, and none for replies and the end (MCP-8)', async () => {
    const { url, token, sessions } = await serveAsking(order, 2)
    const client = new Client({ name: 'v1', version: '1' }, { capabilities: { elicitation: {} } })
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: {} }))
    const requestInit = { headers: { Authorization: `Bearer ${token}` } }
    const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit })
    await client.connect(transport as Parameters<Client['connect']>[0])
    onTestFinished(() => client.close())
    expect(await client.callTool({ name: 'ask' })).toMatchObject({ content: [{ text: 'accept,accept,accept' }] })
    await expect(client.listTools()).rejects.toThrow(/429|wait \d+ seconds/)
    await client.notification({ method: 'notifications/cancelled', params: { requestId: 99 } })
    await transport.terminateSession()
    expect(sessions.size).toBe(0)
  })

  it('says how many seconds to wait, in text and in data', async () => {
    const { url, token } = await serveAsking(order, 1)
    await send(url, 'POST', mcpHeaders(token), initialize)
    const { status, headers, text } = await send(url, 'POST', mcpHeaders(token), initialize)
    expect([status, headers['retry-after'], headers.ratelimit]).toEqual([429, '60', expect.stringContaining('r=0')])
    expect(JSON.parse(text).error).toMatchObject({
      code: -32029,
      message: 'rate_limited: wait 60 seconds, then try again.',
      data: { code: 'rate_limited', retryAfterSeconds: 60 },
    })
  })

  it('takes a unit for each ping of a batch', async () => {
    const { url, token } = await serveAsking(order, 10)
    const opened = await send(url, 'POST', mcpHeaders(token), {
      ...initialize,
      params: { ...initialize.params, protocolVersion: '2025-03-26' },
    })
    const headers = {
      ...mcpHeaders(token, String(opened.headers['mcp-session-id'])),
      'mcp-protocol-version': '2025-03-26',
    }
    const pings = (count: number) => Array.from({ length: count }, (_, at) => ping(at + 10))
    const served = await send(url, 'POST', headers, pings(5))
    expect([served.status, served.headers.ratelimit]).toEqual([200, expect.stringContaining('r=4')])
    expect((await send(url, 'POST', headers, pings(5))).status).toBe(429)
    expect((await send(url, 'POST', headers, pings(90))).status).toBe(429)
    expect((await send(url, 'POST', headers, pings(4))).status).toBe(200)
  })

  it('passes a large body on as it was sent', async () => {
    const { url, token } = await serveAsking(order, 10)
    const padded = { ...initialize, params: { ...initialize.params, _meta: { padding: 'ü'.repeat(40_000) } } }
    expect((await send(url, 'POST', mcpHeaders(token), padded)).status).toBe(200)
  })
})

describe.each([
  ['v1 on Express', serveV1],
  ['v2 on Hono', serveV2],
])('%s', (_, serve) => {
  it('takes one unit for a connection, and none for notifications and replies (MCP-8)', async () => {
    const { url, keyring } = await serve({}, aKeyring(aMinute(3)))
    const { token } = await aToken(keyring, full)
    const client = await connectV1(url, token)
    await client.listTools()
    const notification = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 9 } }
    const reply = { jsonrpc: '2.0', id: 5, result: {} }
    for (const free of [notification, reply, [notification, reply]]) {
      expect((await send(url, 'POST', mcpHeaders(token), free)).status).not.toBe(429)
    }
    await client.listTools()
    await expect(client.listTools()).rejects.toThrow(/wait \d+ seconds/)
    for (const free of [notification, reply]) {
      expect((await send(url, 'POST', mcpHeaders(token), free)).status).not.toBe(429)
    }
    expect((await send(url, 'POST', mcpHeaders(token), listTools)).status).toBe(429)
  })
})

it('gate takes units by the body of the request, and leaves the body to the host', async () => {
  const keyring = aKeyring(aMinute(1))
  const auth = createMcpAuth(keyring)
  const { token } = await aToken(keyring, full)
  const ask = async (body: unknown) => {
    const request = new Request('http://x/mcp', {
      method: 'POST',
      headers: mcpHeaders(token),
      body: JSON.stringify(body),
    })
    const found = await auth.gate(request)
    return found instanceof Response ? found.status : request.json()
  }
  expect(await ask({ jsonrpc: '2.0', id: 5, result: {} })).toMatchObject({ id: 5 })
  expect(await ask(listTools)).toEqual(listTools)
  expect(await ask(listTools)).toBe(429)
  expect(await ask({ jsonrpc: '2.0', id: 5, result: {} })).toMatchObject({ id: 5 })
})

describe.each([
  ['a key without a limit is read once for each call', {}, 1],
  ['a key with a limit is read again once its messages are known', aMinute(1_000), 2],
] as const)('%s', (_, limit, reads) => {
  it.each([
    ['v1 on Express', serveV1],
    ['v2 on Hono', serveV2],
  ] as const)('%s', async (_, serve) => {
    const store = memoryStore()
    const find = vi.fn(store.find)
    const counting: KeyStore = { ...store, find }
    const rateLimits = 'limit' in limit ? { default: limit } : undefined
    const { url, keyring } = await serve({}, aKeyring(undefined, { store: counting, rateLimits }))
    const client = await connectV1(url, (await aToken(keyring, full)).token)
    await client.listTools()
    find.mockClear()
    await client.listTools()
    expect(find).toHaveBeenCalledTimes(reads)
  })
})
