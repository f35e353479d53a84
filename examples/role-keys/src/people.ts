import type { Person } from '@keywright/example-host-stub'
import type { Role } from './access.js'

/** Somebody of the organization, with their role of now. */
export interface Member extends Person {
  readonly role: Role
}

/** In place of a table of organizations: those that are customers now. */
export function seedOrganizations(): Set<string> {
  return new Set(['acme'])
}

/** In place of a table of users. */
export function seedPeople(): Map<string, Member> {
  return new Map<string, Member>([
    ['jane', { id: 'jane', name: 'Jane Moreau', organizationId: 'acme', role: 'admin' }],
    ['jon', { id: 'jon', name: 'Jon Abara', organizationId: 'acme', role: 'planner' }],
  ])
}
