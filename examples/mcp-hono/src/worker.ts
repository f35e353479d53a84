import type { Keyring } from '@keywright/core'
import { type access, keepRefused, tools } from '@keywright/example-mcp-projects'
import { createMcpAuth, scoped } from '@keywright/mcp'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'

/** An MCP server on SDK v2 for Cloudflare Workers: `export default { fetch: createFetch(keyring) }`. */
export function createFetch(keyring: Keyring<typeof access>): (request: Request) => Promise<Response> {
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
  // A worker has no socket to ask. Cloudflare itself sets this header and the scheme of the URL.
  return (request) => mcp(request, { remoteAddress: request.headers.get('CF-Connecting-IP') ?? undefined })
}
