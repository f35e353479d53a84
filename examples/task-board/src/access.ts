import { defineAccess } from '@keywright/core'

/** Everything that a key, a role or a guard of the task board can name. A misspelt name does not compile. */
export const access = defineAccess({
  scopes: {
    'boards.read': 'List the boards',
    'members.read': 'See who is on the team',
    'members.invite': 'Invite people to the team',
    'tasks.read': 'Read the tasks of a board',
    'tasks.create': 'Add tasks to a board',
    'api_keys.manage_all': { description: 'Manage the API keys of everybody', sensitive: true },
    'audit.read': 'See what happened to API keys',
    'audit.export': 'Download the audit log',
    'webhooks.read': 'See the webhooks of a key',
    'webhooks.manage': 'Add and change webhooks',
  },
  presets: { 'read-only': ['boards.read', 'members.read'] },
  roles: {
    admin: ['*', 'api_keys.manage_all'],
    member: ['boards.read', 'members.read'],
    viewer: ['boards.read'],
  },
  // Tasks belong to a board. Their scopes are allowed only on a board, by the level that key and owner both have there.
  resources: { board: { levels: { read: ['tasks.read'], edit: ['tasks.create'] } } },
})
