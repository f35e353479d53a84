import type { Owner, ResolveOwner } from '@keywright/core'

const organizationId = 'acme'
export const ada: Owner = { type: 'user', id: 'ada', organizationId }
export const bo: Owner = { type: 'user', id: 'bo', organizationId }

/** Who may do what now. Yours is in your own tables. */
export const roles = new Map<string, 'admin' | 'developer'>([
  ['ada', 'admin'],
  ['bo', 'developer'],
])
export const levels = new Map([
  ['ada on apollo', 'lead'],
  ['ada on gemini', 'lead'],
  ['bo on apollo', 'work'],
  ['bo on gemini', 'view'],
])

/** Called for each message: a key never does more than its owner may do now. */
export const resolveOwner: ResolveOwner = (owner) => {
  const role = roles.get(owner.id)
  // All of these people are in one organization, and may do nothing in another.
  if (owner.type !== 'user' || owner.organizationId !== organizationId || role === undefined) return null
  return { roles: [role], levels: (_type, projectId) => levels.get(`${owner.id} on ${projectId}`) }
}
