import type { Principal } from '@keywright/core'
import type { Webhooks } from '@keywright/webhooks'
import type { Kysely } from 'kysely'
import type { access } from './access.js'
import type { Tables } from './database.js'

type Caller = Principal<typeof access>

/** What the task board does for a caller who has the rights, in a route or in a tool. */
export interface Actions {
  listBoards(caller: Caller): Promise<readonly object[]>
  listTasks(boardId: string): Promise<readonly object[]>
  addTask(caller: Caller, boardId: string, title: string): Promise<object>
  listMembers(caller: Caller): Promise<readonly object[]>
  invite(caller: Caller, name: string): Promise<object>
}

export function createActions(db: Kysely<Tables>, hooks: Webhooks<'task.created'>): Actions {
  return {
    listBoards: async (caller) => {
      const boards = await db
        .selectFrom('boards')
        .select(['id', 'name'])
        .where('organization_id', '=', caller.organizationId)
        .execute()
      const levels = await Promise.all(boards.map(({ id }) => caller.levelOn('board', id)))
      return boards.map((one, index) => ({ ...one, level: levels[index] })).filter(({ level }) => level !== null)
    },

    listTasks: (boardId) => db.selectFrom('tasks').selectAll().where('board_id', '=', boardId).execute(),

    addTask: async ({ owner, organizationId, key }, boardId, title) => {
      // The owner does it, with that key.
      const task = { board_id: boardId, title, created_by: owner.id, with_key: key.name }
      const resource = { type: 'board', id: boardId }
      await db.transaction().execute(async (trx) => {
        await trx.insertInto('tasks').values(task).execute()
        await hooks.inTransaction(trx).publish({ type: 'task.created', organizationId, resource, data: { title } })
      })
      return task
    },

    listMembers: ({ organizationId }) =>
      db.selectFrom('users').select(['id', 'name', 'role']).where('organization_id', '=', organizationId).execute(),

    invite: async ({ organizationId }, name) => {
      const member = { id: name.toLowerCase(), name, organization_id: organizationId, role: 'viewer' }
      await db
        .insertInto('users')
        .values(member)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return member
    },
  }
}
