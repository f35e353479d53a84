import type { HttpBindings } from '@hono/node-server'
import type { Keyring } from '@keywright/core'
import { requireKey } from '@keywright/hono'
import { createMcpAuth } from '@keywright/mcp'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { access } from './access.js'
import type { Boards } from './boards.js'

const newTask = z.object({ title: z.string().max(200) })

/** Says that something happened on a board, to the webhooks of keys that may read it. */
export type TellWebhooks = (board: string, title: string) => Promise<void>

/** The external API of the boards, and their MCP server. */
export function createApp(
  keyring: Keyring<typeof access>,
  { names, tasks }: Boards,
  tell: TellWebhooks,
): Hono<{ Bindings: HttpBindings }> {
  const add = async (board: string, title: string) => {
    tasks.set(board, [...(tasks.get(board) ?? []), title])
    await tell(board, title)
    return { board, title }
  }
  const app = new Hono<{ Bindings: HttpBindings }>()
  const resource = (c: Context) => ({ type: 'board' as const, id: c.req.param('board') ?? '' })
  app.get('/api/ext/v1/boards', requireKey(keyring), async (c) => {
    const levels = await c.get('principal').levelsOn('board', [...names.keys()])
    return c.json(Object.fromEntries(levels))
  })
  app.get('/api/ext/v1/boards/:board/tasks', requireKey(keyring, { scopes: ['tasks.read'], resource }), (c) =>
    c.json(tasks.get(c.req.param('board')) ?? []),
  )
  app.post(
    '/api/ext/v1/boards/:board/tasks',
    requireKey(keyring, { scopes: ['tasks.create'], resource }),
    async (c) => {
      const { success, data } = newTask.safeParse(await c.req.json().catch(() => null))
      if (!success) return c.json({ error: 'The body must be { "title": … }, of at most 200 characters.' }, 400)
      return c.json(await add(c.req.param('board'), data.title), 201)
    },
  )

  const auth = createMcpAuth(keyring)
  const on = ({ boardId }: Readonly<Record<string, unknown>>) => ({ type: 'board', id: boardId }) as const
  const text = (value: unknown) => ({ content: [{ type: 'text' as const, text: JSON.stringify(value) }] })
  const mcp = auth.fetch(
    createMcpHandler(() => {
      const server = auth.protect(new McpServer({ name: 'boards', version: '1.0.0' }))
      server.registerTool(
        'tasks_list',
        { inputSchema: z.object({ boardId: z.string() }) },
        auth.scoped({ scopes: ['tasks.read'], on }, ({ boardId }) => text(tasks.get(boardId) ?? [])),
      )
      server.registerTool(
        'tasks_add',
        { inputSchema: newTask.extend({ boardId: z.string() }) },
        auth.scoped({ scopes: ['tasks.create'], on }, async ({ boardId, title }) => text(await add(boardId, title))),
      )
      return server
    }),
  )
  // `openHost` speaks plain HTTP.
  app.all('/mcp', (c) => mcp(c.req.raw, { remoteAddress: c.env.incoming.socket.remoteAddress, encrypted: false }))
  return app
}
