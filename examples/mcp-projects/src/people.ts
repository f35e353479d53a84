import type { Owner, ResolveOwner } from '@keywright/core'

export const ada: Owner = { type: 'user', id: 'ada', organizationId: 'acme' }
export const bo: Owner = { type: 'user', id: 'bo', organizationId: 'acme' }

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
export const resolveOwner: ResolveOwner = ({ id }) => {
  const role = roles.get(id)
  if (role === undefined) return null
  return { roles: [role], levels: (_type, projectId) => levels.get(`${id} on ${projectId}`) }
}
