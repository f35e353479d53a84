// Promise: an access model speaks only of scopes that it has.
import { defineAccess } from '@keywright/core'

const scopes = { 'members.read': '', 'members.edit': '', 'plans.tasks.read': '' } as const

defineAccess({ scopes, implies: { 'members.edit': ['members.read'] } })
// @ts-expect-error misspelt on the left
defineAccess({ scopes, implies: { 'members.edt': ['members.read'] } })
// @ts-expect-error misspelt on the right
defineAccess({ scopes, implies: { 'members.edit': ['members.raed'] } })
// @ts-expect-error a wildcard implies nothing
defineAccess({ scopes, implies: { 'members.*': ['members.read'] } })
// @ts-expect-error a wildcard is not implied
defineAccess({ scopes, implies: { 'members.edit': ['members.*'] } })

defineAccess({
  scopes,
  presets: { some: ['*', '*.read', 'members.*', 'plans.*', 'plans.tasks.*', 'members.read'], none: [] },
})
// @ts-expect-error misspelt in a preset
defineAccess({ scopes, presets: { some: ['members.raed'] } })
// @ts-expect-error a wildcard over nothing
defineAccess({ scopes, presets: { some: ['member.*'] } })
// @ts-expect-error no wildcard below a scope
defineAccess({ scopes, presets: { some: ['members.read.*'] } })
// @ts-expect-error a preset is not looked up
defineAccess({ scopes, presets: { some: () => ['members.read'] } })

defineAccess({ scopes, roles: { planner: ['plans.*'], stored: () => ['x'], later: async (id) => [id] } })
// @ts-expect-error misspelt in a role
defineAccess({ scopes, roles: { planner: ['plan.*'] } })
// @ts-expect-error a role gives a list
defineAccess({ scopes, roles: { planner: () => 'plans.*' } })

defineAccess({ scopes, resources: { plan: { levels: { read: ['plans.tasks.read'], edit: [] } } } })
// @ts-expect-error misspelt in a level
defineAccess({ scopes, resources: { plan: { levels: { read: ['plans.task.read'] } } } })
// @ts-expect-error a level lists no wildcards
defineAccess({ scopes, resources: { plan: { levels: { read: ['plans.*'] } } } })
// @ts-expect-error levels are named, lowest first
defineAccess({ scopes, resources: { plan: { levels: ['plans.tasks.read'] } } })
// @ts-expect-error a type has levels
defineAccess({ scopes, resources: { plan: {} } })

defineAccess({ scopes: { pay: { description: 'Spend money', sensitive: true } } })
// @ts-expect-error sensitive is a boolean
defineAccess({ scopes: { pay: { description: 'Spend money', sensitive: 'yes' } } })
// @ts-expect-error a scope has a description
defineAccess({ scopes: { pay: { sensitive: true } } })
