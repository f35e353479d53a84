import type { Keyring } from '@keywright/core'
import { requireKey } from '@keywright/express'
import type { McpAuth } from '@keywright/mcp'
import express, { type Express, type Request } from 'express'
import type { access } from './access.js'
import type { Actions } from './actions.js'
import { serveMcp } from './mcp.js'

/** The task board's API. Each route names the scopes it requires. Its handler runs only for a key that has them. */
export function createApp(keyring: Keyring<typeof access>, actions: Actions, mcp: McpAuth<typeof access>): Express {
  const app = express()
  const boardOf = ({ params }: Request) => String(params.boardId)
  const board = (req: Request) => ({ type: 'board' as const, id: boardOf(req) })
  const readsBoards = requireKey(keyring, { scopes: ['boards.read'] })
  const readsMembers = requireKey(keyring, { scopes: ['members.read'] })
  const invites = requireKey(keyring, { scopes: ['members.invite'] })
  const readsTasks = requireKey(keyring, { scopes: ['tasks.read'], resource: board })
  const createsTasks = requireKey(keyring, { scopes: ['tasks.create'], resource: board })

  app.get('/boards', readsBoards, async ({ principal }, res) => {
    res.json(await actions.listBoards(principal))
  })

  app.get('/boards/:boardId/tasks', readsTasks, async (req, res) => {
    res.json(await actions.listTasks(boardOf(req)))
  })

  app.post('/boards/:boardId/tasks', createsTasks, express.json(), async (req, res) => {
    const title = String(req.body?.title ?? 'Untitled')
    res.status(201).json(await actions.addTask(req.principal, boardOf(req), title))
  })

  app.get('/members', readsMembers, async ({ principal }, res) => {
    res.json(await actions.listMembers(principal))
  })

  app.post('/members', invites, express.json(), async ({ principal, body }, res) => {
    res.status(201).json(await actions.invite(principal, String(body?.name ?? 'Somebody')))
  })

  // A receiver for the webhook of a sample key.
  app.post('/received', (_, res) => void res.sendStatus(204))

  app.all('/mcp', mcp.express(), express.json(), serveMcp(mcp, actions))
  return app
}
