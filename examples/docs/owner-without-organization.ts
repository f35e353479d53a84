import type { Owner } from '@keywright/core'

/** The owner of a key in a product without organizations: each user is an organization of one. */
export function ownerOf(userId: string): Owner {
  return { type: 'user', id: userId, organizationId: userId }
}
