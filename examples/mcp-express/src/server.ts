import { randomUUID } from 'node:crypto'
import type { Keyring } from '@keywright/core'
import { type access, keepRefused, tools } from '@keywright/example-mcp-projects'
import { createMcpAuth, scoped } from '@keywright/mcp'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express, { type Express } from 'express'

/** An MCP server on SDK v1 and Express, with sessions. */
export function createApp(keyring: Keyring<typeof access>): Express {
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
        scoped(access, (input, extra) => ({
          content: [{ type: 'text', text: run(input, auth.principal(extra).owner.id) }],
        })),
      )
    }
    return server
  }

  const sessions = new Map<string, StreamableHTTPServerTransport>()
  async function openSession(): Promise<StreamableHTTPServerTransport> {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    })
    // The SDK's own types disagree under exactOptionalPropertyTypes.
    await createServer().connect(transport as Parameters<McpServer['connect']>[0])
    return transport
  }

  const app = express()
  app.all('/mcp', auth.express(), express.json(), async (req, res) => {
    // The guard has answered 404 for a session id of another key.
    const id = req.get('Mcp-Session-Id')
    const transport = id === undefined ? await openSession() : sessions.get(id)
    if (transport === undefined) res.sendStatus(404)
    else await transport.handleRequest(req, res, req.body)
  })
  return app
}
