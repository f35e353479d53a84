import { getConnInfo } from '@hono/node-server/conninfo'
import type { Keyring } from '@keywright/core'
import { type access, keepRefused, tools } from '@keywright/example-mcp-projects'
import { createMcpAuth, scoped } from '@keywright/mcp'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { Hono } from 'hono'

/** An MCP server on SDK v2 and Hono, for legacy and modern clients. */
export function createApp(keyring: Keyring<typeof access>): Hono {
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
  const app = new Hono()
  app.all('/mcp', (c) => mcp(c.req.raw, { remoteAddress: getConnInfo(c).remote.address }))
  return app
}
