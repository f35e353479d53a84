import type { RoleOf } from '@keywright/core'
import type { Person } from '@keywright/example-host-stub'
import type { access } from './access.js'

/** Somebody who uses the planner, with their role of now. */
export interface Member extends Person {
  readonly role: RoleOf<typeof access>
}

/** In place of a table of users. */
export function seedPeople(): Map<string, Member> {
  const organizationId = 'acme'
  return new Map<string, Member>([
    ['mia', { id: 'mia', name: 'Mia Chen', organizationId, role: 'member' }],
    ['ada', { id: 'ada', name: 'Ada Okafor', organizationId, role: 'manager' }],
    ['gus', { id: 'gus', name: 'Gus Meyer', organizationId, role: 'guest' }],
  ])
}
