import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Access, Secret } from '@keywright/core'
import type { McpAuth } from '@keywright/mcp'
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express, { type Express } from 'express'
import { onTestFinished } from 'vitest'

/** A product's MCP endpoint at `/mcp`, on Express, until the test is over. `rest` adds the product's other routes. */
export async function mcpEndpoint<A extends Access>(
  auth: McpAuth<A>,
  register: (server: McpServer) => void,
  rest: (app: Express) => void = () => {},
): Promise<string> {
  const transports = new Map<string, StreamableHTTPServerTransport>()
  const app = express()
  rest(app)
  app.all('/mcp', auth.express(), express.json(), async (req, res) => {
    const known = transports.get(String(req.headers['mcp-session-id']))
    const transport =
      known ??
      new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => void transports.set(id, transport),
      })
    if (known === undefined) {
      const server = auth.protect(new McpServer({ name: 'product', version: '1.0.0' }))
      register(server)
      // The SDK's own types disagree under exactOptionalPropertyTypes.
      await server.connect(transport as Parameters<McpServer['connect']>[0])
    }
    await transport.handleRequest(req, res, req.body)
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // it listens on TCP
}

/** What a connected client sees. */
export interface Connection {
  tools(): Promise<readonly string[]>
  prompts(): Promise<readonly string[]>
  resources(): Promise<readonly string[]>
  /** The text that a tool answers, or the message of the error. */
  call(name: string, args?: Record<string, unknown>): Promise<string>
}

/** Connects the official client of v1 or v2. */
export async function connect(url: string, token: Secret | string, sdk: 'v1' | 'v2' = 'v1'): Promise<Connection> {
  const text = typeof token === 'string' ? token : token.reveal()
  const options = { requestInit: { headers: { Authorization: `Bearer ${text}` } } }
  const info = { name: 'acceptance', version: '1.0.0' }
  const client = sdk === 'v1' ? new ClientV1(info) : (new ClientV2(info) as unknown as ClientV1) // the same methods
  const transport = sdk === 'v1' ? new TransportV1(new URL(url), options) : new TransportV2(new URL(url), options)
  await client.connect(transport as Parameters<ClientV1['connect']>[0])
  onTestFinished(() => client.close())
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    call: async (name, args = {}) => {
      const result = await client.callTool({ name, arguments: args }).catch((error: Error) => error.message)
      if (typeof result === 'string') return result
      return (result.content as { readonly text: string }[]).map((part) => part.text).join()
    },
  }
}
