import type { Owner } from '@keywright/core'
import type { Given, Options } from '../arguments/index.js'
import { usageFailure } from '../terminal/index.js'

/** The options that name an organization, or a user in it. */
export const ownerOptions = {
  organization: { type: 'text', value: 'id', summary: 'The organization.' },
  user: { type: 'text', value: 'id', summary: 'A user of the organization.' },
} as const satisfies Options

type GivenOwner = Given<typeof ownerOptions>

/** The keys that are asked for: those of an organization, of a user in it, or all. @throws Failure for a user alone. */
export function selectionOf({ organization, user }: GivenOwner): { organizationId?: string; owner?: Owner } {
  if (organization === undefined) {
    if (user !== undefined) throw usageFailure('--user needs --organization: a user may be in several.')
    return {}
  }
  if (user === undefined) return { organizationId: organization }
  return { organizationId: organization, owner: { type: 'user', id: user, organizationId: organization } }
}

/** The organization that a command cannot do without. @throws Failure */
export function organizationIn({ organization }: GivenOwner): string {
  if (organization === undefined) throw usageFailure('--organization is missing: give the id of one.')
  return organization
}

/** An owner in words. */
export function wordsOf(owner: Owner): string {
  return owner.type === 'user' ? `user ${owner.id} of ${owner.organizationId}` : `organization ${owner.id}`
}

/** The organization of an owner, which may be the owner itself. */
export function organizationOf(owner: Owner): string {
  return owner.type === 'user' ? owner.organizationId : owner.id
}
