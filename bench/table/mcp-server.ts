import { createServer } from 'node:http'
import { serve } from '@hono/node-server'
import { memoryStore } from '@keywright/core'
import { createMcpAuth, type McpAuth, scoped } from '@keywright/mcp'
import { McpServer as ServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import express from 'express'
import { Hono } from 'hono'
import { z } from 'zod'
import { createTokens, keyringOver } from '../../test/performance/keyring.js'
import { sqlite } from '../databases.js'
import { answerParent } from './child-server.js'

// One MCP server in a process of its own: `mcp-server.ts <v1|v2> <open|verify|memory|sqlite>`. With `open`,
// nobody asks for a key; with `verify`, a middleware by hand asks whether it is good, and nobody decides about a message.
const [sdk, guard] = process.argv.slice(2)
const info = { name: 'bench', version: '1.0.0' }
const database = guard === 'sqlite' ? await sqlite() : null
const keyring = keyringOver(database?.store ?? memoryStore())
const tokens = guard === 'open' ? [] : await createTokens(keyring, 8)
const auth = guard === 'open' || guard === 'verify' ? null : createMcpAuth(keyring)
const isGood = async (authorization = ''): Promise<boolean> =>
  guard !== 'verify' || (await keyring.verify(authorization.slice('Bearer '.length), { scopes: ['tasks.read'] })).ok
const tools = ['tasks_list', 'tasks_find', 'tasks_show', 'members_list', 'boards_list']

type Handler = ({ id }: { readonly id: string }) => { content: { type: 'text'; text: string }[] }
const answer: Handler = ({ id }) => ({ content: [{ type: 'text', text: `Task ${id}: write the release notes` }] })
const handler = auth === null ? answer : scoped({ scopes: ['tasks.read'] }, answer)
const protect: McpAuth['protect'] = auth?.protect ?? ((server) => server)

/** v1 as its documentation has it: Express, and a session for each client. */
function serveV1() {
  const transports = new Map<string, StreamableHTTPServerTransport>()
  const app = express()
  if (auth !== null) app.use(auth.express())
  app.use(async (req, res, next) => ((await isGood(req.headers.authorization)) ? next() : res.status(401).end()))
  app.all('/mcp', express.json(), async (req, res) => {
    const known = transports.get(String(req.headers['mcp-session-id']))
    const transport: StreamableHTTPServerTransport =
      known ??
      new StreamableHTTPServerTransport({
        sessionIdGenerator: () => crypto.randomUUID(),
        onsessioninitialized: (id) => void transports.set(id, transport),
      })
    if (known === undefined) {
      const server = protect(new ServerV1(info))
      for (const name of tools) server.registerTool(name, { inputSchema: { id: z.string() } }, handler)
      // The SDK's own types disagree under exactOptionalPropertyTypes.
      await server.connect(transport as Parameters<ServerV1['connect']>[0])
    }
    await transport.handleRequest(req, res, req.body)
  })
  return createServer(app).listen(0, '127.0.0.1')
}

/** v2 on a fetch host: a server for each request. */
function serveV2() {
  const mcp = createMcpHandler(() => {
    const server = protect(new McpServer(info))
    for (const name of tools) server.registerTool(name, { inputSchema: z.object({ id: z.string() }) }, handler)
    return server
  })
  const fetch = auth === null ? (request: Request) => mcp.fetch(request) : auth.fetch(mcp)
  const app = new Hono().all('/mcp', async (c) =>
    (await isGood(c.req.header('authorization'))) ? fetch(c.req.raw) : c.text('', 401),
  )
  return serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
}

const server = sdk === 'v1' ? serveV1() : serveV2()
await answerParent(server, { path: '/mcp', tokens, close: async () => database?.close() })
