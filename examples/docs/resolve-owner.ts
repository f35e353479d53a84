import type { Owner, OwnerAuthority } from '@keywright/core'

/** What your own tables say. */
export interface Members {
  /** `null`: suspended, or not a member any more. */
  find(userId: string, organizationId: string): Promise<{ admin: boolean; boards: Record<string, string> } | null>
  isActive(organizationId: string): Promise<boolean>
}

/** Makes the `resolveOwner` of a product in which users belong to organizations, and organizations have keys, too. */
export function resolveOwnerBy(members: Members): (owner: Owner) => Promise<OwnerAuthority | null> {
  return async (owner) => {
    if (owner.type === 'organization') return (await members.isActive(owner.id)) ? { scopes: ['*'] } : null
    const member = await members.find(owner.id, owner.organizationId)
    if (member === null) return null
    return { scopes: member.admin ? ['*'] : ['members.read'], levels: { board: member.boards } }
  }
}
