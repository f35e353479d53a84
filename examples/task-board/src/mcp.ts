import { randomUUID } from 'node:crypto'
import { type McpAuth, scoped } from '@keywright/mcp'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import type { access } from './access.js'
import type { Actions } from './actions.js'

/** The task board for MCP clients: what its routes do, as tools. */
export function serveMcp(auth: McpAuth<typeof access>, actions: Actions): RequestHandler {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const openSession = async () => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    })
    // The SDK's own types disagree under exactOptionalPropertyTypes.
    await createServer(auth, actions).connect(transport as Parameters<McpServer['connect']>[0])
    return transport
  }
  return async (req, res) => {
    const id = req.get('Mcp-Session-Id')
    const transport = id === undefined ? await openSession() : sessions.get(id)
    if (transport === undefined) res.sendStatus(404)
    else await transport.handleRequest(req, res, req.body)
  }
}

/** One server for each session. What it shows and does is decided for each message. */
function createServer(auth: McpAuth<typeof access>, actions: Actions): McpServer {
  const server = auth.protect(new McpServer({ name: 'task-board', version: '1.0.0' }))
  const onBoard = ({ boardId }: Readonly<Record<string, unknown>>) => ({ type: 'board', id: boardId })

  server.registerTool(
    'boards_list',
    {},
    scoped({ scopes: ['boards.read'] }, async (extra) => json(await actions.listBoards(auth.principal(extra)))),
  )
  server.registerTool(
    'tasks_list',
    { inputSchema: { boardId: z.string() } },
    scoped({ scopes: ['tasks.read'], on: onBoard }, async ({ boardId }) => json(await actions.listTasks(boardId))),
  )
  server.registerTool(
    'tasks_add',
    { inputSchema: { boardId: z.string(), title: z.string() } },
    scoped({ scopes: ['tasks.create'], on: onBoard }, async ({ boardId, title }, extra) =>
      json(await actions.addTask(auth.principal(extra), boardId, title)),
    ),
  )
  server.registerTool(
    'members_list',
    {},
    scoped({ scopes: ['members.read'] }, async (extra) => json(await actions.listMembers(auth.principal(extra)))),
  )
  server.registerTool(
    'members_invite',
    { inputSchema: { name: z.string() } },
    scoped({ scopes: ['members.invite'] }, async ({ name }, extra) =>
      json(await actions.invite(auth.principal(extra), name)),
    ),
  )
  return server
}

function json(value: object) {
  return { content: [{ type: 'text' as const, text: JSON.stringify(value) }] }
}
