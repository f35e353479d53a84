import type { HttpBindings } from '@hono/node-server'
import type { Keyring } from '@keywright/core'
import { type access, keepRefused, tools } from '@keywright/example-mcp-projects'
import { createMcpAuth, scoped } from '@keywright/mcp'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { Hono } from 'hono'

/** An MCP server on SDK v2 and Hono, for legacy and modern clients. */
export function createApp(keyring: Keyring<typeof access>): Hono<{ Bindings: HttpBindings }> {
  const auth = createMcpAuth(keyring, {
    narrow: (url) => ({ project: [url.searchParams.get('projectId')] }),
    onCall: keepRefused(keyring),
  })

  function createServer(): McpServer {
    const server = auth.protect(new McpServer({ name: 'projects', version: '1.0.0' }))
    for (const { name, description, inputSchema, access, run } of tools) {
      server.registerTool(
        name,
        { description, inputSchema },
        scoped(access, (input, ctx) => ({
          content: [{ type: 'text', text: run(input, auth.principal(ctx).owner.id) }],
        })),
      )
    }
    return server
  }

  const mcp = auth.fetch(createMcpHandler(createServer))
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.all('/mcp', (c) => {
    const { socket } = c.env.incoming
    // Ask the socket whether the connection is encrypted: a client can fake the scheme of the URL.
    const encrypted = 'encrypted' in socket && socket.encrypted === true
    return mcp(c.req.raw, { remoteAddress: socket.remoteAddress, encrypted })
  })
  return app
}
