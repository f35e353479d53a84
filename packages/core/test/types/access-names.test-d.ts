// Promise: the names of an access model are literal types, no wider and no narrower.
import type { Access, Keyring, LevelsOf, PresetOf, Principal, RoleOf, ScopeOf } from '@keywright/core'
import { createKeyring, defineAccess, memoryStore } from '@keywright/core'
import { access, type Exactly, holds, keyring, principal } from './product.js'

type Names = 'members.read' | 'members.invite' | 'billing.pay' | 'tasks.read' | 'tasks.create'

holds<Exactly<ScopeOf<typeof access>, Names>>()
holds<Exactly<PresetOf<typeof access>, 'read-only'>>()
holds<Exactly<RoleOf<typeof access>, 'planner'>>()
holds<Exactly<LevelsOf<typeof access>, { readonly board: 'read' | 'edit'; readonly folder: 'view' }>>()
holds<Exactly<Principal<typeof access>['scopes'], readonly Names[]>>()

const made = createKeyring({ prefix: 'tk', access, store: memoryStore(), resolveOwner: 'uncapped' })
holds<Exactly<typeof made, Keyring<typeof access>>>()
holds<Exactly<(typeof keyring)['access'], typeof access>>()

const level = principal.levelOn('board', 'b1')
holds<Exactly<Awaited<typeof level>, 'read' | 'edit' | null>>()

const bare = defineAccess({ scopes: { 'members.read': '' } })
holds<Exactly<PresetOf<typeof bare>, never>>()
holds<Exactly<RoleOf<typeof bare>, never>>()
holds<Exactly<keyof LevelsOf<typeof bare>, never>>()

// Code that is written for any model takes each of them.
export const anyAccess: Access = access
export const anyKeyring: Keyring = keyring
export const anyPrincipal: Principal = principal

// @ts-expect-error a keyring of another model is not this one's
export const other: Keyring<typeof bare> = keyring
// @ts-expect-error nor is a principal
export const otherPrincipal: Principal<typeof bare> = principal
