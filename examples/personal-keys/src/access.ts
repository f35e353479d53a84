import { defineAccess } from '@keywright/core'

/** What people do in the planner, by area. Each area has a screen, two routes and two tools. */
export const areas = ['tasks', 'sprints', 'projects', 'standups', 'teams', 'epics', 'leaves', 'rewards'] as const

/** What a person may do, by role. Keys have no rights of their own: each has what its person has now. */
export const access = defineAccess({
  scopes: {
    'tasks.read': 'See tasks',
    'tasks.write': 'Add tasks',
    'sprints.read': 'See sprints',
    'sprints.write': 'Plan sprints',
    'projects.read': 'See projects',
    'projects.write': 'Start projects',
    'standups.read': 'See standups',
    'standups.write': 'Post to standups',
    'teams.read': 'See teams',
    'teams.write': 'Make teams',
    'epics.read': 'See epics',
    'epics.write': 'Plan epics',
    'leaves.read': 'See who is away',
    'leaves.write': 'Ask for leave',
    'rewards.read': 'See rewards',
    'rewards.write': 'Give rewards',
    'audit.read': 'See what happened to API keys',
  },
  roles: {
    guest: ['tasks.read', 'projects.read'],
    member: [
      'tasks.*',
      'standups.*',
      'leaves.*',
      'sprints.read',
      'projects.read',
      'teams.read',
      'epics.read',
      'rewards.read',
    ],
    manager: ['*'],
  },
})
