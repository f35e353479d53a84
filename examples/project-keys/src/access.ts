import { defineAccess } from '@keywright/core'

/** Projects are the organization's; work items and sessions belong to a project. */
export const access = defineAccess({
  scopes: {
    'projects.read': 'List projects',
    'projects.create': 'Start projects',
    'work_items.read': 'See the work items of a project',
    'work_items.write': 'Create work items, and change their status',
    'sessions.record': 'Record the sessions of coding agents',
  },
  resources: {
    project: { levels: { view: ['work_items.read'], work: ['work_items.write', 'sessions.record'] } },
  },
})
