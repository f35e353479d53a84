import type { Keyring } from '@keywright/core'
import { requireKey } from '@keywright/express'
import express, { type Express, type Request } from 'express'
import type { Kysely } from 'kysely'
import type { access } from './access.js'
import type { Tables } from './database.js'

/** The task board's API. Each route names what a key must allow; its handler runs only behind a key that does. */
export function createApp(keyring: Keyring<typeof access>, db: Kysely<Tables>): Express {
  const app = express()
  const board = ({ params }: Request) => ({ type: 'board' as const, id: String(params.boardId) })
  const readsBoards = requireKey(keyring, { scopes: ['boards.read'] })
  const readsMembers = requireKey(keyring, { scopes: ['members.read'] })
  const invites = requireKey(keyring, { scopes: ['members.invite'] })
  const readsTasks = requireKey(keyring, { scopes: ['tasks.read'], resource: board })
  const createsTasks = requireKey(keyring, { scopes: ['tasks.create'], resource: board })

  app.get('/boards', readsBoards, async ({ principal }, res) => {
    const boards = await db
      .selectFrom('boards')
      .select(['id', 'name'])
      .where('organization_id', '=', principal.organizationId)
      .execute()
    const levels = await Promise.all(boards.map(({ id }) => principal.levelOn('board', id)))
    res.json(boards.map((one, index) => ({ ...one, level: levels[index] })).filter(({ level }) => level !== null))
  })

  app.get('/boards/:boardId/tasks', readsTasks, async ({ params }, res) => {
    const tasks = await db.selectFrom('tasks').selectAll().where('board_id', '=', String(params.boardId)).execute()
    res.json(tasks)
  })

  app.post('/boards/:boardId/tasks', createsTasks, express.json(), async ({ params, principal, body }, res) => {
    const task = {
      board_id: String(params.boardId),
      title: String(body?.title ?? 'Untitled'),
      // Whatever a key does is done by its owner, with that key.
      created_by: principal.owner.id,
      with_key: principal.key.name,
    }
    await db.insertInto('tasks').values(task).execute()
    res.status(201).json(task)
  })

  app.get('/members', readsMembers, async ({ principal }, res) => {
    const { organizationId } = principal
    res.json(
      await db
        .selectFrom('users')
        .select(['id', 'name', 'role'])
        .where('organization_id', '=', organizationId)
        .execute(),
    )
  })

  app.post('/members', invites, express.json(), async ({ principal, body }, res) => {
    const name = String(body?.name ?? 'Somebody')
    const member = { id: name.toLowerCase(), name, organization_id: principal.organizationId, role: 'viewer' }
    await db
      .insertInto('users')
      .values(member)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    res.status(201).json(member)
  })

  return app
}
