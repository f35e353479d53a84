import type { Keyring } from '@keywright/core'
import { type access, keepRefused, tools } from '@keywright/example-mcp-projects'
import { createMcpAuth } from '@keywright/mcp'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { CallToolRequestSchema, ListToolsRequestSchema, type Tool } from '@modelcontextprotocol/sdk/types.js'
import express, { type Express } from 'express'
import { z } from 'zod'

/** A low-level MCP server on SDK v1 and Express, without sessions: its own handlers answer for all tools. */
export function createApp(keyring: Keyring<typeof access>): Express {
  const auth = createMcpAuth(keyring, {
    narrow: (url) => ({ project: [url.searchParams.get('projectId')] }),
    onCall: keepRefused(keyring),
  })
  auth.declare({ tools: Object.fromEntries(tools.map(({ name, access }) => [name, access])) })

  function createServer(): Server {
    const server = auth.protect(new Server({ name: 'projects', version: '1.0.0' }, { capabilities: { tools: {} } }))
    server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: tools.map(({ name, description, inputSchema }) => {
        return { name, description, inputSchema: z.toJSONSchema(inputSchema) as Tool['inputSchema'] } // of an object
      }),
    }))
    // It is called only with what the key may call. The arguments are as the client sent them.
    server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) => {
      const tool = tools.find(({ name }) => name === params.name)
      const input = tool?.inputSchema.safeParse(params.arguments ?? {})
      if (input?.success !== true) return { isError: true, content: [{ type: 'text', text: 'Invalid arguments' }] }
      return { content: [{ type: 'text', text: tool?.run(input.data, auth.principal(extra).owner.id) ?? '' }] }
    })
    return server
  }

  const app = express()
  app.all('/mcp', auth.express(), express.json(), async (req, res) => {
    const transport = new StreamableHTTPServerTransport()
    const server = createServer()
    res.on('close', () => void server.close())
    // The SDK's own types disagree under exactOptionalPropertyTypes.
    await server.connect(transport as Parameters<Server['connect']>[0])
    await transport.handleRequest(req, res, req.body)
  })
  return app
}
