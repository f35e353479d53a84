// Promise: the names of an access model are literal types, no wider and no narrower.
import type { Access, Keyring, LevelsOf, PresetOf, Principal, RoleOf, ScopeOf } from '@keywright/core'
import { createKeyring, defineAccess, memoryStore } from '@keywright/core'
import { access, type Exactly, includes, keyring, principal } from './product.js'

type Names = 'members.read' | 'members.invite' | 'billing.pay' | 'tasks.read' | 'tasks.create'

includes<Exactly<ScopeOf<typeof access>, Names>>()
includes<Exactly<PresetOf<typeof access>, 'read-only'>>()
includes<Exactly<RoleOf<typeof access>, 'planner'>>()
includes<Exactly<LevelsOf<typeof access>, { readonly board: 'read' | 'edit'; readonly folder: 'view' }>>()
includes<Exactly<Principal<typeof access>['scopes'], readonly Names[]>>()

const made = createKeyring({ prefix: 'tk', access, store: memoryStore(), resolveOwner: 'uncapped' })
includes<Exactly<typeof made, Keyring<typeof access>>>()
includes<Exactly<(typeof keyring)['access'], typeof access>>()

const level = principal.levelOn('board', 'b1')
includes<Exactly<Awaited<typeof level>, 'read' | 'edit' | null>>()

const bare = defineAccess({ scopes: { 'members.read': '' } })
includes<Exactly<PresetOf<typeof bare>, never>>()
includes<Exactly<RoleOf<typeof bare>, never>>()
includes<Exactly<keyof LevelsOf<typeof bare>, never>>()

// Code that is written for any model takes each of them.
export const anyAccess: Access = access
export const anyKeyring: Keyring = keyring
export const anyPrincipal: Principal = principal

// @ts-expect-error a keyring of another model is not this one's
export const other: Keyring<typeof bare> = keyring
// @ts-expect-error nor is a principal
export const otherPrincipal: Principal<typeof bare> = principal
