import type { Keyring } from '@keywright/core'
import { type access, keepRefused, tools } from '@keywright/example-mcp-projects'
import { createMcpAuth, scoped } from '@keywright/mcp'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import Fastify, { type FastifyInstance } from 'fastify'

/** An MCP server on SDK v2 and Fastify. */
export function createApp(keyring: Keyring<typeof access>): FastifyInstance {
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

  const guard = auth.express()
  const serve = toNodeHandler(createMcpHandler(createServer))
  const app = Fastify({ forceCloseConnections: true })
  app.all('/mcp', (request, reply) => {
    // Guard and SDK speak Node: from here on, they answer, with the body that Fastify has parsed.
    reply.hijack()
    const req = Object.assign(request.raw, { body: request.body })
    guard(req, reply.raw, (error) => {
      // The SDK's own types disagree under exactOptionalPropertyTypes.
      if (error === undefined) return void serve(req as Parameters<typeof serve>[0], reply.raw, req.body)
      request.log.error(error)
      reply.raw.writeHead(500).end()
    })
  })
  return app
}
