import { defineAccess } from '@keywright/core'

const reads = ['boards.read', 'lanes.read', 'tasks.read'] as const
const edits = ['lanes.edit', 'tasks.create', 'tasks.update', 'tasks.delete', 'tasks.move'] as const

/** A key is given boards, each with a level; what it does there is within the level that its member has there now. */
export const access = defineAccess({
  scopes: {
    'boards.read': 'List boards',
    'lanes.read': 'List lanes',
    'lanes.edit': 'Create, change, move and delete lanes',
    'tasks.read': 'List tasks',
    'tasks.create': 'Create tasks',
    'tasks.update': 'Change tasks',
    'tasks.delete': 'Delete tasks',
    'tasks.move': 'Move tasks',
  },
  resources: { board: { levels: { read: reads, edit: edits } } },
})
