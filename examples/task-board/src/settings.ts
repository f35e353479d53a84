import { type ManagementApi, managementApi, nodeListener } from '@keywright/api'
import type { Secret } from '@keywright/core'
import { dashboard } from '@keywright/dashboard'
import { clientConfig, clientIds } from '@keywright/mcp/client-config'
import { Router } from 'express'
import type { Kysely } from 'kysely'
import type { Tables } from './database.js'
import { signedIn, signIn } from './sign-in.js'
import type { TaskBoard } from './start.js'

const page = '/settings/api-keys'

/** "Settings > API keys": the page, the API that it asks, and a login. */
export function settings(board: Omit<TaskBoard, 'store' | 'close'>): Router {
  const url = `${board.origin}/mcp`
  const settingsPage = dashboard(board.keyring, {
    branding: { productName: 'Task Board', accent: '#0f766e' },
    exampleUrl: `${board.origin}/boards`,
    mcp: {
      url,
      clients: (token?: Secret) => clientIds.map((id) => clientConfig(id, { name: 'task-board', url, token })),
    },
    // All keys belong to people here.
    show: { organizationKeys: false },
  })
  return Router()
    .use(signIn(page))
    .use('/api/api-keys', nodeListener(management(board)))
    .use(page, nodeListener(settingsPage))
}

/** People manage the keys of their own; admins those of everybody. */
function management({ keyring, hooks, db }: Omit<TaskBoard, 'store' | 'close'>): ManagementApi {
  return managementApi(keyring, {
    authenticate: async (request) => {
      const person = await signedIn(db, request)
      return person === undefined
        ? null
        : { actor: { type: 'user', id: person.id }, authority: { roles: [person.role] } }
    },
    organization: async (request) => (await signedIn(db, request))?.organization_id ?? null,
    permissions: { read: 'anyone', create: 'anyone', revoke: 'anyone' },
    // Whoever says who they are has just signed in.
    assertFresh: () => true,
    webhooks: hooks,
    resources: { board: ({ actor }, _, search) => boardsOf(db, actor.id, search) },
    people: (_, organizationId, search) =>
      db
        .selectFrom('users')
        .select(['id', 'name'])
        .where('organization_id', '=', organizationId)
        .where('name', 'like', `%${search}%`)
        .execute(),
    describe: async ({ users, resources }, organizationId) => {
      const namesIn = async (table: 'users' | 'boards', ids: readonly string[] = []) => {
        const found = db.selectFrom(table).select(['id', 'name']).where('organization_id', '=', organizationId)
        return Object.fromEntries((await found.where('id', 'in', ids).execute()).map(({ id, name }) => [id, name]))
      }
      return { users: await namesIn('users', users), resources: { board: await namesIn('boards', resources.board) } }
    },
  })
}

/** The boards that somebody may give a key: those on which they have a level. */
function boardsOf(db: Kysely<Tables>, userId: string, search: string): Promise<{ id: string; name: string }[]> {
  return db
    .selectFrom('boards')
    .innerJoin('board_members', 'board_members.board_id', 'boards.id')
    .select(['boards.id', 'boards.name'])
    .where('board_members.user_id', '=', userId)
    .where('boards.name', 'like', `%${search}%`)
    .execute()
}
