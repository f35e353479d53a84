import { defineAccess, type RoleOf } from '@keywright/core'

/** What an organization's admins made of the role "custom", by organization. In place of a table. */
export const customRoles: Map<string, readonly string[]> = new Map([['acme', ['allocations.read']]])

/** The roles of people, which are those of machines as well. */
export const access = defineAccess({
  scopes: {
    'plans.read': 'Read merchandise plans',
    'plans.edit': 'Change merchandise plans',
    'assortments.read': 'Read assortments',
    'assortments.edit': 'Change assortments',
    'allocations.read': 'Read allocations',
    'allocations.approve': 'Approve allocations',
    'settings.manage': 'Change the settings of the organization',
    'audit.read': 'See what happened to API keys',
  },
  roles: {
    admin: ['*'],
    planner: ['plans.*', 'assortments.read'],
    buyer: ['assortments.*'],
    viewer: ['plans.read', 'assortments.read', 'allocations.read'],
    // Asked for on each request, so a new definition holds from the next one on.
    custom: (organizationId) => customRoles.get(organizationId) ?? [],
  },
})

export type Role = RoleOf<typeof access>
