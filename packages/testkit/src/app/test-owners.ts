import type { Owner } from '@keywright/core'

/** Owners for tests: an organization, two of its users, and a user of another organization. */
export const testOwners = {
  organization: { type: 'organization', id: 'org1' },
  user: { type: 'user', id: 'u1', organizationId: 'org1' },
  colleague: { type: 'user', id: 'u2', organizationId: 'org1' },
  stranger: { type: 'user', id: 'u3', organizationId: 'org2' },
} as const satisfies Record<string, Owner>
