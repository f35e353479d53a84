import type { Keyring } from '@keywright/core'
import { createMcpAuth, type McpAuth } from '@keywright/mcp'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import type { RouteHandlerMethod } from 'fastify'
import { z } from 'zod'
import { type access, areas } from './access.js'
import type { Planner } from './planner.js'

/** The planner for MCP clients: two tools for each area. A key sees those that its person may use now. */
function createServer(auth: McpAuth<typeof access>, planner: Planner): McpServer {
  const server = auth.protect(new McpServer({ name: 'team-planner', version: '1.0.0' }))
  const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) }] })
  for (const area of areas) {
    server.registerTool(
      `${area}_list`,
      { inputSchema: z.object({}) },
      auth.scoped({ scopes: [`${area}.read`] }, () => text(planner.list(area))),
    )
    server.registerTool(
      `${area}_add`,
      { inputSchema: z.object({ title: z.string() }) },
      auth.scoped({ scopes: [`${area}.write`] }, ({ title }, ctx) =>
        text(planner.add(area, title, auth.principal(ctx))),
      ),
    )
  }
  return server
}

/** Serves the tools in Fastify, for keys alone. Each call is kept in the audit log, with the person and the key. */
export function serveMcp(keyring: Keyring<typeof access>, planner: Planner): RouteHandlerMethod {
  const auth = createMcpAuth(keyring, { onCall: (call) => keyring.audit.recordCall(call) })
  const guard = auth.express()
  const serve = toNodeHandler(createMcpHandler(() => createServer(auth, planner)))
  return (request, reply) => {
    // Guard and SDK speak Node: from here on, they answer, with the body that Fastify has parsed.
    reply.hijack()
    const req = Object.assign(request.raw, { body: request.body })
    guard(req, reply.raw, (error) => {
      // The SDK's own types disagree under exactOptionalPropertyTypes.
      if (error === undefined) return void serve(req as Parameters<typeof serve>[0], reply.raw, req.body)
      request.log.error(error)
      reply.raw.writeHead(500).end()
    })
  }
}
