import { defineAccess } from '@keywright/core'

/** Everything that a key, a role or a tool of the server can name. */
export const access = defineAccess({
  scopes: {
    'tasks.read': 'See the tasks of a project',
    'tasks.write': 'Add tasks to a project',
    'standups.read': 'See the standups of a project',
    'standups.write': 'Post to the standups of a project',
    'sprints.read': 'See the sprints of a project',
    'sprints.write': 'Plan the sprints of a project',
    'epics.read': 'See the epics of a project',
    'epics.write': 'Plan the epics of a project',
    'projects.read': 'See the projects',
    'projects.write': 'Start projects',
    'teams.read': 'See the teams',
    'teams.write': 'Make teams',
    'leaves.read': 'See who is on leave',
    'leaves.write': 'Grant leave',
    'rewards.read': 'See the rewards',
    'rewards.write': 'Give rewards',
  },
  roles: { admin: ['*'], developer: ['projects.read', 'teams.read', 'leaves.read'] },
  // These scopes belong to a project. They are allowed only on a project, by the level that key and owner both have there.
  resources: {
    project: {
      levels: {
        view: ['tasks.read', 'standups.read', 'sprints.read', 'epics.read'],
        work: ['tasks.write', 'standups.write'],
        lead: ['sprints.write', 'epics.write'],
      },
    },
  },
})
